"""What must hold beyond single fields: functions that yield findings, a module a subject.

`references` and `intent`-wide rules run before a cluster is derived, the others on what was derived. A rule looks at
policies, tiers and pools, never at every link, so that its cost does not grow with the cluster.
"""
