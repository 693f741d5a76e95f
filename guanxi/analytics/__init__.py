"""Customer statistics as a library: Ibis, Arrow and NumPy in, tables out; no Django, no network.

from guanxi.analytics import score_customers
result = score_customers(lines, as_of=date(2026, 3, 31))

Packages with public names of their own: `matching` (which records are one customer), `propensity`
(who leaves, buys, answers), `trust` (is a model to be trusted), `actions` (what to do next, and did
it help), `value` (what customers are worth to the firm), `over_time` (how they fare: from stage to
stage, by cohort, until they buy again).
"""

from guanxi.analytics.cox import CoxModel
from guanxi.analytics.lifecycle import STAGES, Lifecycle, LifecycleFacts, lifecycle_stage
from guanxi.analytics.models.beta_geometric import BetaGeometricNBD, ModifiedBetaGeometricNBD
from guanxi.analytics.models.beta_geometric_beta_bernoulli import (
    BetaGeometricBetaBernoulli,
    Occasions,
)
from guanxi.analytics.models.contract import LikelihoodModel, NotFittedError
from guanxi.analytics.models.customer_value import (
    UncertainForecast,
    customer_value,
    spend_quantiles,
    with_error,
)
from guanxi.analytics.models.gamma_gamma import GammaGamma, SpendHistory
from guanxi.analytics.models.groups import GroupedFit, fit_groups
from guanxi.analytics.models.inputs import discount_per_unit
from guanxi.analytics.models.pareto_nbd import ParetoNBD
from guanxi.analytics.models.prior import Prior
from guanxi.analytics.models.purchase_model import PurchaseHistory
from guanxi.analytics.models.shifted_beta_geometric import ShiftedBetaGeometric, Tenure
from guanxi.analytics.pareto import (
    LorenzCurve,
    ParetoShare,
    abc,
    gini,
    lorenz_curve,
    pareto_share,
)
from guanxi.analytics.purchases import purchase_summary
from guanxi.analytics.rfm import RFM_CLASSES, rfm
from guanxi.analytics.rhythm import RatePrior, rhythm
from guanxi.analytics.scoring import FittedModel, ScoreResult, score_customers
from guanxi.analytics.survival import SurvivalCurve, kaplan_meier

__all__ = [
    "RFM_CLASSES",
    "STAGES",
    "BetaGeometricBetaBernoulli",
    "BetaGeometricNBD",
    "CoxModel",
    "FittedModel",
    "GammaGamma",
    "GroupedFit",
    "Lifecycle",
    "LifecycleFacts",
    "LikelihoodModel",
    "LorenzCurve",
    "ModifiedBetaGeometricNBD",
    "NotFittedError",
    "Occasions",
    "ParetoNBD",
    "ParetoShare",
    "Prior",
    "PurchaseHistory",
    "RatePrior",
    "ScoreResult",
    "ShiftedBetaGeometric",
    "SpendHistory",
    "SurvivalCurve",
    "Tenure",
    "UncertainForecast",
    "abc",
    "customer_value",
    "discount_per_unit",
    "fit_groups",
    "gini",
    "kaplan_meier",
    "lifecycle_stage",
    "lorenz_curve",
    "pareto_share",
    "purchase_summary",
    "rfm",
    "rhythm",
    "score_customers",
    "spend_quantiles",
    "with_error",
]
