"""The kinds of rule, one module each: a pure function (acts, rule, version, context) -> Outcome.

A kind looks at a table of acts that count (`ACTS` plus `nature`) and returns findings and the acts it could not
answer for. It does not know ids, other rules, profiles or formats: the engine stamps those.
"""
