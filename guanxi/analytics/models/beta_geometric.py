"""BG/NBD and MBG/NBD: how often do customers buy, and which of them have left without a word?

While alive a customer buys at a Poisson rate lambda; lambda ~ Gamma(r, alpha) over customers.
After a purchase a customer leaves for good with chance p; p ~ Beta(a, b) over customers.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005): "Counting Your Customers" the Easy Way: An
Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
Batislam, E. P., Denizel, M., Filiztekin, A. (2007): Empirical validation and comparison of
models for customer base analysis. Int. J. of Research in Marketing 24(3), 201-209.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from guanxi.analytics.models.beta_geometric_likelihood import BetaGeometricLikelihood
from guanxi.analytics.models.dropout_chances import chances_before_dropout
from guanxi.analytics.models.dropout_forecast import purchases_before_dropout
from guanxi.analytics.models.dropout_residual import discounted_before_dropout
from guanxi.analytics.models.inputs import Floats, purchase_history, vectors, whole_number
from guanxi.analytics.models.purchase_model import PurchaseHistory, PurchaseModel


class BetaGeometricNBD(PurchaseModel):
    """BG/NBD. The first purchase is never the last, so P(alive) is 1 for who bought once."""

    parameter_names = ("r", "alpha", "a", "b")
    leaving = ("a", "b")
    # The first purchase is not counted in x; does it carry the risk of leaving, too?
    first_purchase_may_be_last: ClassVar[bool] = False

    def probability_alive(
        self, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """Give the chance that each customer has not left: 1 / (1 + dead / alive) with

        dead / alive = a / (b + n - 1) ((alpha + T) / (alpha + t_x))^(r + x), where n is the
        number of purchases after which the customer may have left (n = 0: nobody has).
        """
        r, alpha, a, b = self._fitted()
        x, t_x, age_now = purchase_history(frequency, recency, age)
        n = self._occasions(x)
        ratio = np.log1p((age_now - t_x) / (alpha + t_x))
        log_odds_dead = np.log(a) - np.log(b + np.maximum(n, 1) - 1) + (r + x) * ratio
        alive: Floats = np.where(n > 0, expit(-log_odds_dead), 1.0)
        return alive

    def expected_purchases_new(self, t: ArrayLike) -> Floats:
        """Give E[X(t)]: repeat purchases of a new customer in the first `t` of time."""
        r, alpha, a, b = self._fitted()
        (time,) = vectors(t=np.atleast_1d(np.asarray(t, dtype=np.float64)))
        n = float(self.first_purchase_may_be_last)
        stays_at_all = b / (a + b) if n else 1.0
        return stays_at_all * purchases_before_dropout(
            shape=np.full(len(time), r), load=time / alpha, leave=a, stay=np.full(len(time), b + n)
        )

    def purchase_chances_new(self, t: ArrayLike, *, most: int) -> Floats:
        """Give P(X(t) = x), equation (8) of Fader, Hardie, Lee (2005), from x = 0 to `most`."""
        r, alpha, a, b = self._fitted()
        (time,) = vectors(t=np.atleast_1d(np.asarray(t, dtype=np.float64)))
        n = float(self.first_purchase_may_be_last)
        stays_at_all = b / (a + b) if n else 1.0
        chances = stays_at_all * chances_before_dropout(
            shape=np.full(len(time), r),
            load=time / alpha,
            leave=a,
            stay=np.full(len(time), b + n),
            most=whole_number("most", most),
        )
        chances[:, 0] += 1 - stays_at_all
        return chances

    def simulate(self, *, size: int, age: ArrayLike, seed: int) -> PurchaseHistory:
        """Draw `size` customers who have been watched for `age` (one time, or one each)."""
        r, alpha, a, b = self._fitted()
        random = np.random.default_rng(seed)
        (ages,) = vectors(age=np.broadcast_to(np.asarray(age, dtype=np.float64), size))
        rate, leave = random.gamma(r, 1 / alpha, size), random.beta(a, b, size)
        x, last = np.zeros(size), np.zeros(size)
        buying = np.arange(size)
        if self.first_purchase_may_be_last:
            buying = buying[random.random(size) >= leave]
        while len(buying):
            gap = random.exponential(size=len(buying)) / np.maximum(rate[buying], 1e-300)
            bought = last[buying] + gap <= ages[buying]
            buying = buying[bought]
            x[buying] += 1
            last[buying] += gap[bought]
            buying = buying[random.random(len(buying)) >= leave[buying]]
        return PurchaseHistory(x, last, ages)

    def _expected_if_alive(self, x: Floats, age: Floats, ahead: float) -> Floats:
        r, alpha, a, b = self._fitted()
        return purchases_before_dropout(
            shape=r + x, load=ahead / (alpha + age), leave=a, stay=b + self._occasions(x)
        )

    def _discounted_if_alive(self, x: Floats, age: Floats, rate: float) -> Floats:
        r, alpha, a, b = self._fitted()
        return discounted_before_dropout(
            shape=r + x, load=1 / (rate * (alpha + age)), leave=a, stay=b + self._occasions(x)
        )

    def _chances_if_alive(self, x: Floats, age: Floats, ahead: float, most: int) -> Floats:
        r, alpha, a, b = self._fitted()
        return chances_before_dropout(
            shape=r + x,
            load=ahead / (alpha + age),
            leave=a,
            stay=b + self._occasions(x),
            most=most,
        )

    def _likelihood(
        self, columns: tuple[Floats, ...], weight: Floats | None
    ) -> BetaGeometricLikelihood:
        x, t_x, age = columns
        extra = int(self.first_purchase_may_be_last)
        return BetaGeometricLikelihood(x=x, t_x=t_x, age=age, extra=extra, weight=weight)

    def _rough(self, mean_x: float, unit: float) -> Floats:
        return np.array([0.5, 0.5 * unit / max(mean_x, 1e-3), 1.0, 2.0])

    def _units(self, unit: float) -> Floats:
        return np.array([1.0, unit, 1.0, 1.0])

    def _occasions(self, x: Floats) -> Floats:
        """Count the purchases after which a customer with x repeats may have left."""
        return x + float(self.first_purchase_may_be_last)


class ModifiedBetaGeometricNBD(BetaGeometricNBD):
    """MBG/NBD. The first purchase may be the last, so who bought once can have left, too."""

    first_purchase_may_be_last = True
