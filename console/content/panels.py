"""What an editor sees beside the fields of an answer."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import Panel

from safar.languages import DEFAULT


class EnglishTextPanel(Panel):
    """The English text above the fields of a translation, and whether it has changed since the translation was made."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "content/english_text.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk and self.instance.locale_id and not self.instance.is_english)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            others = type(self.instance).objects.filter(translation_key=self.instance.translation_key)
            english = others.filter(locale__language_code=DEFAULT).first()
            outdated = english is not None and english.as_shared().version != self.instance.source_version
            return {**context, "english": english and english.as_shared(), "outdated": outdated}
