import {extend} from './more'
import type {Extend} from './second'

// The first part finds us where it is itself: no global name is needed.
const SafarChat = customElements.get('safar-chat') as unknown as {extend?: Extend}
SafarChat.extend = extend
