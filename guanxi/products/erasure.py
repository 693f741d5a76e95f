"""Products are the firm's own: an erasure leaves them alone."""

from guanxi.platform.erasing.stores import holds_none
from guanxi.products.models import Product

holds_none("What the firm sells.", Product)
