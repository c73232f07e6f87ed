"""The errors that Safar raises on purpose; each message says what to do about it."""


class SafarError(Exception):
    """Base of every error a person can act on; its text is shown as it stands."""


class SettingsError(SafarError):
    """The environment or the .env file holds something that cannot be used."""


class ContentError(SafarError):
    """A file under data/ or locales/ is missing something or contradicts another."""


class BundleError(SafarError):
    """A bundle is damaged, unsigned or signed by another key; the last good one stays in use."""
