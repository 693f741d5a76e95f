"""What customers are worth to the firm: what they brought, what changed, and what they bring along.

Money that happened (the ledger, the equity statement) is kept in decimals and adds up to the
cent; money that is expected or estimated (the index, referrals, wallets) is in floats.

from guanxi.analytics.value import value_entries, value_ledger
ledger = value_ledger(value_entries(lines=lines, as_of=date(2026, 3, 31)))
"""

from guanxi.analytics.value.acquisition import RetentionCost, acquisition_by_source, retention_cost
from guanxi.analytics.value.ahp import AhpWeights, ahp_weights, comparison_matrix
from guanxi.analytics.value.entries import ValueEntries, value_entries
from guanxi.analytics.value.equity import MOVEMENTS, EquityStatement, equity_statement
from guanxi.analytics.value.gaps import customers_behind_gap, gap_board
from guanxi.analytics.value.index import Indicator, ValueIndex, value_index
from guanxi.analytics.value.ledger import entries_behind, value_ledger, with_quiet_months
from guanxi.analytics.value.rate_card import Rate, RateCard
from guanxi.analytics.value.referral import ReferralValue, referral_value
from guanxi.analytics.value.sensitivity import RankSensitivity, rank_sensitivity
from guanxi.analytics.value.wallet import Wallet, share_of_wallet
from guanxi.analytics.value.word_of_mouth import word_of_mouth_cost

__all__ = [
    "MOVEMENTS",
    "AhpWeights",
    "EquityStatement",
    "Indicator",
    "RankSensitivity",
    "Rate",
    "RateCard",
    "ReferralValue",
    "RetentionCost",
    "ValueEntries",
    "ValueIndex",
    "Wallet",
    "acquisition_by_source",
    "ahp_weights",
    "comparison_matrix",
    "customers_behind_gap",
    "entries_behind",
    "equity_statement",
    "gap_board",
    "rank_sensitivity",
    "referral_value",
    "retention_cost",
    "share_of_wallet",
    "value_entries",
    "value_index",
    "value_ledger",
    "with_quiet_months",
    "word_of_mouth_cost",
]
