"""eForms and eForms-DE notices as OCDS releases: bytes in, a release and an account of every leaf out; no files.

Source: Implementing Regulation (EU) 2019/1780 (business terms BT-…), the eForms SDK (where they stand in the XML), and
the Open Contracting Partnership's EU profile (what they mean in OCDS). ``docs/eforms.md`` states the rules.
"""
