"""What a word is made of, in every script that Safar reads."""

from __future__ import annotations

# Vowel signs of Devanagari, Bengali and Burmese, which Python's \w leaves out; without the full stops that stand among them in
# Unicode (U+0964 and U+0965, U+104A to U+104F), or a name before one would not be found. For use inside [...].
SIGNS = r"\u0900-\u0963\u0966-\u1049\u1050-\u109f"
