"""All tables of the platform, gathered where Django looks for them."""

from guanxi.platform.access.models import (
    AccessLink,
    Factor,
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
from guanxi.platform.events.models import Event, EventCursor
from guanxi.platform.exchange.models import Import, ImportRow, ImportVerdict
from guanxi.platform.fields.models import CustomField, FieldsVersion
from guanxi.platform.files.models import Attachment
from guanxi.platform.jobs.models import Job
from guanxi.platform.layouts.models import Layout
from guanxi.platform.live.models import Presence
from guanxi.platform.notifications.models import Follow, Notification
from guanxi.platform.objects.models import IdempotentResponse, SavedView
from guanxi.platform.search.models import RecentRecord, SearchText
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.workspaces.models import Workspace

__all__ = [
    "AccessLink",
    "Attachment",
    "CustomField",
    "Event",
    "EventCursor",
    "Factor",
    "FieldsVersion",
    "Follow",
    "IdempotentResponse",
    "Import",
    "ImportRow",
    "ImportVerdict",
    "Job",
    "Layout",
    "Notification",
    "Presence",
    "RecentRecord",
    "RecoveryCode",
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
