"""What is wrong or strange about an entry, in words for who writes it."""

from __future__ import annotations

import phonenumbers

from safar.directory import EVERYONE, FOR_CITIZENS, Contact
from safar.languages import countries, country_name
from safar.phone_numbers import is_short_code


def problems(contact: Contact) -> list[str]:
    """What must be mended before the entry is kept."""
    found = []
    if contact.country not in countries():
        found.append(f"'{contact.country}' is not a country. Use two letters of ISO 3166, such as QA.")
    found += [f"serves: '{code}' is not a country." for code in contact.serves if code != EVERYONE and code not in countries()]
    if not contact.serves:
        found.append("serves is empty: write * for everybody, or countries such as NP;BD.")
    if contact.kind in FOR_CITIZENS and EVERYONE in contact.serves:
        found.append("An embassy or its labour office serves its own citizens: name their country in serves.")
    if contact.kind == "shelter" and (contact.address or contact.latitude is not None or contact.longitude is not None):
        found.append("A safe house has no public address: remove address and coordinates, leave the way to reach it.")
    if (contact.latitude is None) != (contact.longitude is None):
        found.append("Latitude and longitude belong together: give both or none.")
    if abs(contact.latitude or 0) > 90 or abs(contact.longitude or 0) > 180:
        found.append("Latitude goes from -90 to 90, longitude from -180 to 180.")
    return found


def warnings(contact: Contact) -> list[str]:
    """What may be right but is wrong more often: numbers of a country that the contact has nothing to do with."""
    expected = {contact.country, *contact.serves}
    found = []
    for number in contact.phones:
        if is_short_code(number):
            continue
        # Countries may share a calling code (+1), and a code may belong to no country (+800).
        regions = phonenumbers.region_codes_for_country_code(phonenumbers.parse(number).country_code or 0)
        if not expected & {*regions} and _WORLDWIDE not in regions:
            owner, place = country_name(regions[0], "en"), country_name(contact.country, "en")
            found.append(f"{number} is a number of {owner}, not of {place}.")
    return found


_WORLDWIDE = "001"
