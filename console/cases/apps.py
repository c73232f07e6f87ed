from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "console.cases"
    label = "cases"
    verbose_name = "Cases"
