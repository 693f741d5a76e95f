"""Probability models of buying, one module a family.

To add one: subclass `LikelihoodModel`, collapse the data, hand `maximize` a log-likelihood with
its derivatives, and add the class to `tests/test_model_contract.py`.
"""
