/** Search without a network: plain words, in any of our scripts, over the answers and contacts of a pack. */
import type {Contact} from './messages'
import type {PackedAnswer} from './pack'

const IN_TITLE = 3

/** Lower case, without accents and Arabic vowel signs, and with one form for letters that people type in several. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036F]|[\u064B-\u0655]|\u0640|\u0670/g, '')
    .replace(/[\u0649\u06CC]/g, '\u064A')
    .replace(/\u0629/g, '\u0647')
    .replace(/\u06A9/g, '\u0643')
    .toLowerCase()
}

function score(words: string[], title: string, text: string): number {
  const [head, body] = [folded(title), folded(text)]
  return words.reduce((sum, word) => sum + (head.includes(word) ? IN_TITLE : 0) + (body.includes(word) ? 1 : 0), 0)
}

function best<T>(all: T[], rate: (one: T) => number): T[] {
  return all
    .map(one => ({one, rated: rate(one)}))
    .filter(({rated}) => rated)
    .sort((a, b) => b.rated - a.rated)
    .map(({one}) => one)
}

export function search(typed: string, answers: PackedAnswer[], contacts: Contact[]): {answers: PackedAnswer[]; contacts: Contact[]} {
  // Scripts without spaces between words come as one word, which is found where it stands as written.
  const words = folded(typed).split(/[\s,.;:!?\u060C\u061F\u0964\u104A\u104B\u1362]+/).filter(word => word.length > 1)
  return {
    answers: best(answers, ({title, message}) => score(words, title, message.text)),
    contacts: best(contacts, ({name, name_local, kind_label, does}) => score(words, `${name} ${name_local} ${kind_label}`, does)),
  }
}
