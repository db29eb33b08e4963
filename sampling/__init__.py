"""How many are asked, of whom, at what cost: the plan as arithmetic.

Read ``quotas`` first (written lines become cells and add up again), then ``fees`` and
``precision``; ``simulate`` invents answers for demonstrations and tests. What the answers
say is computed in ``analysis``. ``quotas``, ``fees`` and ``precision`` are plain Python,
because the workers that serve respondents import them.
"""
