"""Switch models, chips, cables, host profiles and RoCE profiles: YAML data that a user's repository may add to."""
