"""All tables of the platform, gathered where Django looks for them."""

from guanxi.platform.access.models import (
    AccessLink,
    Factor,
    IdentityProvider,
    ProviderLink,
    RateBucket,
    RecoveryCode,
    Role,
    Session,
    Share,
    SignInAttempt,
    Team,
    Territory,
    Token,
    User,
)
from guanxi.platform.custom_objects.models import CustomObject, CustomRecord
from guanxi.platform.erasing.models import Erasure, LegalHold, RetentionRule
from guanxi.platform.events.models import Event, EventCursor
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.fields.models import CustomField, FieldsVersion, Link
from guanxi.platform.files.models import Attachment
from guanxi.platform.jobs.models import Job, JobRefusal
from guanxi.platform.layouts.models import Layout
from guanxi.platform.live.models import Presence
from guanxi.platform.merging.models import Merge, MergedRecord, MergeStep
from guanxi.platform.notifications.models import Follow, Notification
from guanxi.platform.objects.models import IdempotentResponse, SavedView
from guanxi.platform.search.models import RecentRecord, SearchText
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.workspaces.models import Workspace

__all__ = [
    "AccessLink",
    "Attachment",
    "CustomField",
    "CustomObject",
    "CustomRecord",
    "Erasure",
    "Event",
    "EventCursor",
    "Factor",
    "FieldsVersion",
    "Follow",
    "IdempotentResponse",
    "IdentityProvider",
    "Import",
    "ImportRow",
    "ImportVerdict",
    "Job",
    "JobRefusal",
    "Layout",
    "LegalHold",
    "Link",
    "Merge",
    "MergeStep",
    "MergedRecord",
    "Notification",
    "Presence",
    "ProviderLink",
    "RateBucket",
    "RecentRecord",
    "RecoveryCode",
    "RetentionRule",
    "Role",
    "SavedView",
    "SearchText",
    "Session",
    "Share",
    "SignInAttempt",
    "Team",
    "Territory",
    "Token",
    "User",
    "Webhook",
    "WebhookDelivery",
    "Workspace",
]
