"""Switch models, what their cables are made of, host profiles and RoCE profiles: YAML data that a user's repository may add to."""
