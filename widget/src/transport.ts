/** Everything that crosses the network: requests with a timeout, and errors. */

const REQUEST_TIMEOUT_MS = 30_000

/** Status 0 means that no answer came at all. */
export class ApiError extends Error {
  readonly status: number
  readonly retryAfter_s: number

  constructor(status: number, message = '', retryAfter_s = 0) {
    super(message)
    this.status = status
    this.retryAfter_s = retryAfter_s
  }

  get gone(): boolean {
    return this.status === 401 || this.status === 404
  }

  /** Nobody answered, or only a proxy did. */
  get away(): boolean {
    return !this.status || this.status >= 502
  }

  /** The server understood and will never accept this; 408, 409, 425 and 429 ask for another try. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![408, 409, 425, 429].includes(this.status)
  }
}

/** `addEventListener` with a signal; Safari before 15 and Chrome before 88 do not know that option. */
export function listen(target: EventTarget, type: string, handler: (event: Event) => void, life: AbortSignal): void {
  target.addEventListener(type, handler)
  life.addEventListener('abort', () => { target.removeEventListener(type, handler) })
}

async function readError(response: Response): Promise<ApiError> {
  const after = response.headers.get('Retry-After') || ''
  const seconds = Number(after) || (Date.parse(after) - Date.now()) / 1000 || 0
  let message = ''
  try {
    message = ((await response.json()) as {error: {message: string}}).error.message
  } catch {
    // A proxy answered with something else than our JSON: the status alone must do.
  }
  return new ApiError(response.status, message, seconds)
}

export class Api {
  readonly life: AbortSignal
  readonly base: string

  constructor(base: string, life: AbortSignal) {
    this.life = life
    this.base = base
  }

  async request<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const control = new AbortController()
    const timer = setTimeout(() => { control.abort() }, REQUEST_TIMEOUT_MS)
    try {
      const response = await this.open(method, path, control, token, body)
      return (response.status === 204 ? undefined : await response.json()) as T
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0)
    } finally {
      clearTimeout(timer)
      control.abort()
    }
  }

  async open(method: string, path: string, control: AbortController, token?: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = {}
    if (token) {
      headers.Authorization = 'Bearer ' + token
    }
    if (body) {
      headers['Content-Type'] = 'application/json'
    }
    if (this.life.aborted) {
      throw new ApiError(0)
    }
    listen(this.life, 'abort', () => { control.abort() }, control.signal)
    const response = await fetch(this.base + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      signal: control.signal,
      credentials: 'omit',
    })
    if (!response.ok) {
      throw await readError(response)
    }
    return response
  }
}
