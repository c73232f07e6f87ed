/** Reads messages aloud, only with a voice that is on the device: any other would send the text to a third party. */
import {actionButton, h} from './messages'
import type {Message} from './messages'
import type {Action, Shell} from './second'
import {listen} from './transport'

/** Codes under which devices also list a language. */
const ALSO: Record<string, string> = {fil: 'tl', id: 'in'}

interface Aloud {
  decorate(element: HTMLElement, message: Message): void
  /** Devices list their voices late. */
  onVoices(handler: () => void): void
  actions: Record<string, Action>
}

const SILENT: Aloud = {decorate: () => undefined, onVoices: () => undefined, actions: {}}

export function aloud({api, i18n}: Shell): Aloud {
  const synthesis = (window as Partial<Window>).speechSynthesis
  if (!synthesis) {
    return SILENT
  }
  const spoken = new WeakMap<HTMLElement, Message>()
  api.life.addEventListener('abort', () => { synthesis.cancel() })
  return {
    onVoices: handler => { listen(synthesis, 'voiceschanged', handler, api.life) },
    decorate: (element, message) => {
      const words = i18n.t('widget_read_aloud')
      if (message.from === 'person' || !words || element.querySelector('.aloud') || !voiceFor(synthesis, message.language)) {
        return
      }
      const button = actionButton('aloud', {class: 'aloud', 'aria-label': words, title: words}, h('span', {'aria-hidden': 'true'}, '\u{1F50A}'))
      spoken.set(button, message)
      element.append(button)
    },
    actions: {
      aloud: button => {
        const message = spoken.get(button)
        const wasSpeaking = synthesis.speaking
        synthesis.cancel()
        if (message && !wasSpeaking) {
          linesOf(message).forEach(line => { synthesis.speak(utterance(line, message.language, voiceFor(synthesis, message.language))) })
        }
      },
    },
  }
}

function voiceFor(synthesis: SpeechSynthesis, language: string): SpeechSynthesisVoice | undefined {
  const wanted = [language, ALSO[language]]
  return synthesis.getVoices().find(({localService, lang}) => localService && wanted.includes(lang.split(/[-_]/)[0]))
}

/** What is said: the text without its marks, then each contact with its numbers digit by digit. */
function linesOf({text, contacts}: Message): string[] {
  const numbers = contacts.map(({name, phones}) => [name, ...phones.map(({label}) => label.replace(/\d/g, '$& '))].join('. '))
  return [...text.replace(/\*\*|^\u2022 /gm, '').split('\n'), ...numbers].filter(line => line.trim())
}

function utterance(line: string, language: string, voice: SpeechSynthesisVoice | undefined): SpeechSynthesisUtterance {
  const made = new SpeechSynthesisUtterance(line)
  made.lang = language
  made.voice = voice || null
  return made
}
