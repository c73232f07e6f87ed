// Builds dist/ and holds the first part, safar-chat.js, to its size; with --tests it bundles the tests for `node --test` instead.
import {build, transform} from 'esbuild'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
// Members of our own classes that no other code and nothing that is sent or stored knows by name.
const SHORTENED = new RegExp('^(_.*|' + [
  'accept', 'asks', 'atEnd', 'away', 'changed', 'conversation', 'current', 'decorate', 'extend', 'fetchEmergency', 'follow', 'forgotten', 'gone', 'isOpen', 'life', 'noteCountry', 'noteGone', 'outbox',
  'prefix', 'prepare', 'problem', 'profile', 'reached', 'refused', 'restore', 'retryAfter_s', 'sending', 'shared', 'showEmergency', 'toAnswer', 'toEnd',
].join('|') + ')$')
/** The same short name in every part. @type {Record<string, string | false>} */
const shortened = {}
const MAX_GZIP_BYTES = 10_240

// The style sheets are template literals in styles.ts; esbuild leaves such text alone, so they are minified here.
/** @type {import('esbuild').Plugin} */
const minifiedStyles = {
  name: 'minified-styles',
  setup(builder) {
    builder.onLoad({filter: /[\\/]src[\\/]styles\.ts$/}, async ({path}) => {
      const literals = Object.entries(await minifiedLiterals(path))
      return {contents: literals.map(([name, css]) => `export const ${name} = ${JSON.stringify(css)}`).join('\n'), loader: 'ts'}
    })
  },
}

/** @param {string} path @returns {Promise<Record<string, string>>} the exported style sheets by name */
async function minifiedLiterals(path) {
  /** @type {Record<string, string>} */
  const found = {}
  for (const [, name = '', literal = ''] of readFileSync(path, 'utf8').matchAll(/export const (\w+) = `([^`\\]*)`/g)) {
    const {code} = await transform(literal, {loader: 'css', minify: true, target: ['chrome73', 'safari12']})
    found[name] = code.trim().replace(/([:,]) /g, '$1') // esbuild leaves what custom properties hold as it is
  }
  if (!Object.keys(found).length) {
    throw new Error(`${path} holds no template literal without backslashes`)
  }
  return found
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

/**
 * One file of dist/, minified.
 * @param {string} name @param {string} entry @param {Record<string, string>} [define]
 * @returns {Promise<Buffer>}
 */
async function buildScript(name, entry, define = {}) {
  const outfile = join(dist, name)
  const {mangleCache} = await build({
    entryPoints: [join(here, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2018',
    tsconfigRaw: {compilerOptions: {useDefineForClassFields: false}}, // not strict: a "use strict" is no use to modules and classes
    define,
    plugins: [minifiedStyles, shortPrivates],
    mangleProps: SHORTENED,
    mangleCache: shortened,
    legalComments: 'none',
    logLevel: 'warning',
  })
  Object.assign(shortened, mangleCache)
  return readFileSync(outfile)
}

/** @param {Buffer} code @param {string} [digest] @returns {string} its Subresource Integrity hash */
function integrity(code, digest = 'sha384') {
  return digest + '-' + createHash(digest).update(code).digest('base64')
}

async function buildStyles() {
  const css = Object.values(await minifiedLiterals(join(here, 'src', 'styles.ts'))).join('')
  writeFileSync(join(dist, 'safar-chat.css'), css)
  return Buffer.from(css)
}

/**
 * All parts: the second before the first, which holds the second's hash.
 * @returns {Promise<Record<string, Buffer>>}
 */
async function buildParts() {
  const more = await buildScript('safar-more.js', 'src/define-more.ts')
  const chat = await buildScript('safar-chat.js', 'src/define.ts', {MORE_INTEGRITY: JSON.stringify(integrity(more, 'sha256'))})
  return {
    'safar-chat.js': chat,
    'safar-more.js': more,
    'safar-chat.css': await buildStyles(),
    'page.js': await buildScript('page.js', 'src/page.ts'),
    'worker.js': await buildScript('worker.js', 'worker/worker.ts'),
  }
}

async function buildWidget() {
  mkdirSync(dist, {recursive: true})
  const parts = await buildParts()
  /** @type {Record<string, {raw: number, gzip: number, integrity: string}>} */
  const listed = {}
  for (const [name, code] of Object.entries(parts)) {
    const gzip = gzipSync(code, {level: 9}).length
    listed[name] = {raw: code.length, gzip, integrity: integrity(code)}
    console.log(`${name.padEnd(15)} raw ${String(code.length).padStart(6)}  gzip ${String(gzip).padStart(6)}  ${integrity(code)}`)
  }
  writeFileSync(join(dist, 'parts.json'), JSON.stringify(listed, null, 2) + '\n')
  const over = gzipSync(parts['safar-chat.js'] ?? '', {level: 9}).length - MAX_GZIP_BYTES
  if (over > 0) {
    console.error(`safar-chat.js is ${over} bytes over its limit of ${MAX_GZIP_BYTES}: move what the first message does not need to src/more.ts.`)
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
