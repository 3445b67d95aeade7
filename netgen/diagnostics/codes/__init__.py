"""The registry of codes: one module a hundred, so that two rooms never edit the same lines.

============  ==============================================================
NG1xx         `reading`: files, text, YAML and CSV syntax
NG2xx         `schema`: what the models of the intent refuse
NG3xx         `references`: names that must exist elsewhere in the intent
NG4xx         `derived`: what follows: sizes, ports, addresses, numbers
NG5xx         `qos`: traffic classes, PFC, ECN, buffers
NG6xx         `platform`: what a platform or a model of switch cannot do
NG7xx         `repository`: what a user's repository says beside its intent
============  ==============================================================

Numbers are never reused, nor do they change their meaning. A user's own rules name
their codes ``<namespace>/<CODE>``, such as ``acme/X12``, which never collides with ours.
"""
