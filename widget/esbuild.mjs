// Builds dist/safar-chat.js and holds it to its size; with --tests it bundles the tests for `node --test` instead.
import {build, transform} from 'esbuild'
import {mkdirSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const MAX_GZIP_BYTES = 10_240

// The style sheet is one template literal in styles.ts; esbuild leaves such text alone, so it is minified here.
/** @type {import('esbuild').Plugin} */
const minifiedStyles = {
  name: 'minified-styles',
  setup(builder) {
    builder.onLoad({filter: /[\\/]src[\\/]styles\.ts$/}, async ({path}) => {
      const literal = /`([^`]*)`/.exec(readFileSync(path, 'utf8'))?.[1]
      if (!literal) {
        throw new Error(`${path} holds no template literal`)
      }
      const {code} = await transform(literal, {loader: 'css', minify: true, target: ['chrome80', 'safari13']})
      return {contents: `export const STYLES = ${JSON.stringify(code.trim())}`, loader: 'ts'}
    })
  },
}

// `#private` members become `_private` and then one or two letters: as es2018 WeakMaps they would cost a fifth more.
// tsc and the tests see the source as it is written.
/** @type {import('esbuild').Plugin} */
const shortPrivates = {
  name: 'short-privates',
  setup(builder) {
    builder.onLoad({filter: /[\\/]src[\\/]\w+\.ts$/}, ({path}) => {
      const source = readFileSync(path, 'utf8')
      const contents = source.replace(/(this\.|^ {2}(?:(?:readonly|async|get) )*)#([a-z]\w*)/gm, '$1_$2')
      if (contents.includes('#') || /[\s.{,(]_[a-z]/.test(source)) {
        throw new Error(`${path}: a # that is no private member, or a name that begins with _ and would be shortened`)
      }
      return {contents, loader: 'ts'}
    })
  },
}

async function buildWidget() {
  const outfile = join(here, 'dist', 'safar-chat.js')
  await build({
    entryPoints: [join(here, 'src', 'define.ts')],
    outfile,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2018',
    plugins: [minifiedStyles, shortPrivates],
    mangleProps: /^_/,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const code = readFileSync(outfile)
  const gzipBytes = gzipSync(code, {level: 9}).length
  console.log(`dist/safar-chat.js  raw ${code.length} bytes  gzip ${gzipBytes} bytes  (limit ${MAX_GZIP_BYTES})`)
  if (gzipBytes > MAX_GZIP_BYTES) {
    console.error(`The widget is ${gzipBytes - MAX_GZIP_BYTES} bytes over its limit.`)
    process.exitCode = 1
  }
}

async function buildTests() {
  const outdir = join(here, 'dist', 'test')
  rmSync(outdir, {recursive: true, force: true})
  mkdirSync(outdir, {recursive: true})
  const tests = readdirSync(join(here, 'test')).filter(name => name.endsWith('.test.ts'))
  if (!tests.length) {
    throw new Error('no test found')
  }
  await build({
    entryPoints: tests.map(name => join(here, 'test', name)),
    outdir,
    outExtension: {'.js': '.mjs'},
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
}

await (process.argv.includes('--tests') ? buildTests() : buildWidget())
