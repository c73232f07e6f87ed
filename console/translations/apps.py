from django.apps import AppConfig


class TranslationsConfig(AppConfig):
    name = "console.translations"
    label = "translations"
    verbose_name = "Translations"
