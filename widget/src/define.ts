import {SafarChat} from './element'

// The script may stand twice on one page; the first one wins.
if (!customElements.get('safar-chat')) {
  customElements.define('safar-chat', SafarChat)
}
