"""Three columns, and digests that leave out what is empty.

A row's digest tells whether somebody has changed it since it was loaded. With empty values in it, each new column would
make every row look changed, and the repository's corrections of numbers would no longer reach the console.
"""

import hashlib
import json
from django.db import migrations, models

_BEFORE = (
    "country serves kind name name_local phones text_channels email url address city latitude longitude timezone "
    "hours languages free does note source_url source_title checked_on confidence"
).split()


def _digest(values):
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def leave_out_empty_values(apps, schema_editor):
    contacts = apps.get_model("directory", "Contact")
    changed = []
    for row in contacts.objects.exclude(loaded_digest="").iterator():
        values = {name: getattr(row, name) for name in _BEFORE}
        if _digest(values) == row.loaded_digest:
            row.loaded_digest = _digest({name: value for name, value in values.items() if value not in ("", None)})
            changed.append(row)
    contacts.objects.bulk_update(changed, ["loaded_digest"], batch_size=500)


def say_how_precise(apps, schema_editor):
    """Until now every place was that of a city. Loaded entries get what the repository says at the next start."""
    contacts = apps.get_model("directory", "Contact")
    placed = contacts.objects.exclude(latitude=None).exclude(longitude=None)
    placed.filter(loaded_digest="").update(precision="city")
    changed = [row for row in placed.exclude(loaded_digest="").iterator() if not _is_as_loaded(row)]
    contacts.objects.filter(pk__in=[row.pk for row in changed]).update(precision="city")


def _is_as_loaded(row):
    values = {name: getattr(row, name) for name in _BEFORE}
    return _digest({name: value for name, value in values.items() if value not in ("", None)}) == row.loaded_digest


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='covers',
            field=models.CharField(blank=True, help_text='Countries it serves as well without being there, such as BH;OM.', max_length=200),
        ),
        migrations.AddField(
            model_name='contact',
            name='names',
            field=models.CharField(blank=True, help_text='Its name in other languages: ne:...;ar:...', max_length=500),
        ),
        migrations.AddField(
            model_name='contact',
            name='precision',
            field=models.CharField(blank=True, choices=[('exact', 'its door'), ('city', 'its city')], help_text='What the place shows.', max_length=8),
        ),
        migrations.RunPython(leave_out_empty_values, migrations.RunPython.noop),
        migrations.RunPython(say_how_precise, migrations.RunPython.noop),
    ]
