"""How many are asked, of whom, at what cost: the plan as arithmetic.

Read ``quotas`` first (written lines become cells and add up again), then ``fees`` and
``plan_precision`` (what the numbers cost and can tell). ``allocation`` opens the methods that
spread a sample, ``sample_size`` and ``detectable`` say how large it must be, ``frames`` and
``selection`` draw it from a public seed, ``weights`` opens what is done afterwards, ``workload``
hands it out and ``recheck`` looks after it. ``simulate`` invents answers for demonstrations and
tests. What the answers say is computed in ``analysis``. ``quotas``, ``fees`` and ``precision``
are plain Python, because the workers that serve respondents import them.
"""
