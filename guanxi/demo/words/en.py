"""The United States: a supplier of coffee, tea and machines to offices, cafés and homes."""

from guanxi.demo.words.vocabulary import (
    Chore,
    Colleague,
    Companies,
    Generation,
    Script,
    Trade,
    Words,
)

# Shares of the population in per cent, rounded; relative weights are what counts.
SURNAMES = {
    "Smith": 0.83, "Johnson": 0.65, "Williams": 0.55, "Brown": 0.49, "Jones": 0.48, "Garcia": 0.4,
    "Miller": 0.39, "Davis": 0.38, "Rodriguez": 0.37, "Martinez": 0.36, "Hernandez": 0.35,
    "Lopez": 0.3, "Gonzalez": 0.29, "Wilson": 0.27, "Anderson": 0.27, "Thomas": 0.26,
    "Taylor": 0.25, "Moore": 0.25, "Jackson": 0.24, "Martin": 0.24, "Lee": 0.24, "Perez": 0.23,
    "Thompson": 0.23, "White": 0.22, "Harris": 0.21, "Sanchez": 0.21, "Clark": 0.19,
    "Ramirez": 0.19, "Lewis": 0.18, "Robinson": 0.18, "Walker": 0.18, "Young": 0.17, "Allen": 0.17,
    "King": 0.16, "Wright": 0.16, "Scott": 0.15, "Torres": 0.15, "Nguyen": 0.15, "Hill": 0.15,
    "Flores": 0.15, "Green": 0.15, "Adams": 0.15, "Nelson": 0.14, "Baker": 0.14, "Hall": 0.14,
    "Rivera": 0.13, "Campbell": 0.13, "Mitchell": 0.13, "Carter": 0.13, "Roberts": 0.13,
    "Gomez": 0.12, "Phillips": 0.12, "Evans": 0.12, "Turner": 0.12, "Diaz": 0.12, "Parker": 0.11,
    "Cruz": 0.11, "Edwards": 0.11, "Collins": 0.11, "Reyes": 0.11, "Stewart": 0.11, "Morris": 0.1,
    "Morales": 0.1, "Murphy": 0.1, "Cook": 0.1, "Rogers": 0.1, "Kim": 0.1, "Morgan": 0.1,
    "Cooper": 0.1, "Peterson": 0.1, "Bailey": 0.1, "Reed": 0.1, "Kelly": 0.1, "Howard": 0.1,
    "Wong": 0.05, "Chen": 0.09, "Wang": 0.08, "Liu": 0.07, "Li": 0.08, "Patel": 0.09,
    "Schmidt": 0.06, "Meyer": 0.06, "O'Brien": 0.04, "Sullivan": 0.06, "Fischer": 0.04,
}  # fmt: skip

GENERATIONS = (
    Generation(
        1960,
        "Michael David John James Robert Mark William Richard Thomas Steven Timothy Kevin Gary",
        "Lisa Mary Karen Susan Kimberly Patricia Linda Donna Sandra Cynthia Deborah Pamela Laura",
    ),
    Generation(
        1970,
        "Christopher Jason Brian Matthew Eric Jeffrey Scott Daniel Anthony Paul Andrew Carlos",
        "Jennifer Amy Melissa Michelle Angela Heather Stephanie Rebecca Nicole Christine Maria",
    ),
    Generation(
        1980,
        "Joshua Ryan Justin Brandon Nicholas Jonathan Adam Benjamin Aaron Patrick Luis Samuel",
        "Jessica Ashley Amanda Sarah Elizabeth Megan Rachel Lauren Emily Danielle Erin Andrea",
    ),
    Generation(
        1990,
        "Tyler Zachary Jacob Austin Kyle Alexander Dylan Jordan Ethan Nathan Diego Connor Wei",
        "Samantha Hannah Taylor Kayla Alexis Victoria Brianna Olivia Abigail Morgan Sofia Mei",
    ),
    Generation(
        2000,
        "Noah Mason Logan Liam Caleb Isaac Gabriel Julian Owen Lucas Elijah Adrian",
        "Emma Madison Ava Isabella Mia Grace Chloe Natalie Ella Lily Zoe Camila",
    ),
)

TRADES = (
    Trade("Information technology", "Software|Technologies|Data Systems|Digital|Labs", 20),
    Trade("Food service", "Hospitality|Catering|Foods|Bakeries", 15),
    Trade("Hotels", "Hotel|Inn & Suites", 6, has_legal_form=False),
    Trade("Education", "Learning|Education Partners", 6),
    Trade("Health care", "Health|Medical Supply|Wellness", 8),
    Trade("Health care", "Dental|Family Clinic", 3, has_legal_form=False),
    Trade("Manufacturing", "Manufacturing|Precision Parts|Industries|Materials", 12),
    Trade("Retail and wholesale", "Trading|Outfitters|Markets", 10),
    Trade("Logistics", "Logistics|Freight|Supply Chain", 6),
    Trade("Real estate", "Properties|Realty|Facility Services", 5),
    Trade("Media", "Media|Creative|Advertising|Studios", 7),
    Trade("Professional services", "Consulting|Staffing|Architects", 8),
    Trade("Professional services", "Law Offices|Accounting", 3, has_legal_form=False),
    Trade("Coworking", "Workspaces|Coworking", 4),
)

COMPANIES = Companies(
    brands="Harbor Cedar Summit Granite Willow Beacon Maple Juniper Copper Silver Blue North River "
    "Stone Bright Clear Iron Golden Hazel Prairie Lake Canyon Aspen Sage Cobalt Amber Laurel Birch "
    "/ Point Ridge Field Grove Bridge Creek Hill Gate Valley Haven Path Peak Brook Crest Harvest "
    "Line Works Lane Park Light Shore Mill",
    joint=" ",
    trades=TRADES,
    forms={"LLC": 45, "Inc.": 40, "Corp.": 8, "Group": 7},
    patterns={"{brand} {trade} {form}": 85, "{city} {brand} {trade} {form}": 15},
    plain_pattern="{brand} {trade}",
    branch="{parent}, {city} Branch",
    public=(
        "{city} Public Library",
        "{city} Chamber of Commerce",
        "{city} Restaurant Association",
        "{city} Community Foundation",
        "{city} Youth Volunteers",
    ),
    internal=("Kindred Coffee {city} Store", "Kindred Coffee {city} Warehouse"),
)

SCRIPTS = {
    "meet_organization": (
        Script(
            "call", "out", "First call",
            "Introduced our range. They serve instant coffee today and would like to hear about "
            "renting a bean-to-cup machine with a monthly bean plan. Tasting on site to be set.",
            "Interested",
        ),
        Script(
            "meeting", "none", "Talk at the trade fair",
            "Tasted two blends at the booth and liked the medium roast. Cards exchanged; they "
            "expect a quote after the show.",
            "Quote due",
        ),
        Script(
            "email", "in", "Asking for the catalog",
            "Found us on the web and asked for the catalog and business prices. Replied with the "
            "office plan and two customer stories.",
            "Material sent",
        ),
        Script(
            "visit", "out", "First visit",
            "Saw the break room: about sixty people, the present machine is slow and repairs take "
            "long. Suggested the M3 twin hopper with a maintenance plan.",
            "Interested",
        ),
    ),
    "meet_person": (
        Script(
            "chat", "in", "Question about home machines",
            "First coffee machine, budget around $400, wants lattes. Suggested the home espresso "
            "machine with a grinder.",
            "Advised",
        ),
        Script(
            "web", "in", "Question from the website",
            "Asked how the roasts differ; likes bright coffee. Suggested Yirgacheffe and the mixed "
            "drip bags to start with.",
            "Advised",
        ),
        Script(
            "call", "in", "Question about delivery",
            "Asked about delivery time and roast dates. Orders ship within two days, beans are "
            "roasted within the week.",
            "Answered",
        ),
        Script(
            "visit", "in", "Tasting in the store",
            "Tried pour-over in the store, very interested in the Yunnan beans, left an e-mail "
            "address.",
            "Interested",
        ),
    ),
    "visit": (
        Script(
            "visit", "out", "Regular visit",
            "Checked the machine, counted supplies, reminded them of the water filter. They expect "
            "to use more oat milk next quarter.",
            "In good shape",
        ),
        Script(
            "visit", "out", "Tasting of new products",
            "Brought cold brew and two new beans. The team preferred the low-acid one and will "
            "consider it with the next order.",
            "More to sell",
        ),
        Script(
            "meeting", "none", "Quarterly review",
            "Went through last quarter's use and cost; use per head is up. They want one model on "
            "all floors and asked for a proposal.",
            "Proposal due",
        ),
        Script(
            "visit", "out", "Courtesy visit",
            "Brought a gift box and asked about the budget ahead: no change, same purchasing "
            "process.",
            "In good shape",
        ),
    ),
    "follow_machine": (
        Script(
            "call", "out", "After installation: {product}",
            "{product} has been running for a week without trouble. Staff manage well; reminded "
            "them of daily cleaning.",
            "Satisfied", for_firms=True,
        ),
        Script(
            "visit", "out", "Training: {product}",
            "Showed three colleagues at the front desk how to use and clean it; left a cleaning "
            "schedule.",
            "Done", for_firms=True,
        ),
        Script(
            "email", "out", "How is it going?",
            "Asked about {product}: works reliably, no questions for now.",
            "Satisfied",
        ),
        Script(
            "call", "out", "Follow-up: {product}",
            "Happy with {product}. Asked about the warranty and where to buy parts; explained.",
            "Satisfied",
        ),
    ),
    "follow_goods": (
        Script(
            "email", "out", "Did everything arrive?",
            "{product} arrived in good order and complete. They will order again.",
            "Satisfied",
        ),
        Script(
            "call", "out", "Follow-up: {product}",
            "Happy with {product}. Asked about a volume discount and a price fixed for the "
            "quarter.",
            "More to sell", for_firms=True,
        ),
        Script(
            "sms", "out", "Your order has shipped",
            "Your order {number} has shipped and should arrive within two days. Questions? We are "
            "glad to help.",
            "Delivered",
        ),
        Script(
            "email", "out", "Statement for order {number}",
            "Sent the statement and invoice for order {number}; their accounting confirmed.",
            "Confirmed", for_firms=True,
        ),
        Script(
            "chat", "in", "Is it in stock?",
            "Asked whether {product} is in stock, needed by Friday. It is; ships today.",
            "Arranged",
        ),
        Script(
            "chat", "in", "Where is my order?",
            "Asked about order {number}: out for delivery, gave the expected time.",
            "Answered",
        ),
    ),
    "follow_service": (
        Script(
            "call", "out", "After service: {product}",
            "Called about {product}. The customer liked how friendly and quick we were.",
            "Satisfied",
        ),
        Script(
            "email", "out", "Please rate our service",
            'Sent the rating link; the answer was "on time, skilled, easy to talk to".',
            "Satisfied",
        ),
    ),
    "service": (
        Script(
            "call", "in", "Machine gives no water",
            "Display says the tank is empty although it is full. Vented it over the phone, works "
            "again; check on site next week.",
            "Solved",
        ),
        Script(
            "email", "in", "Descaling wanted",
            "The machine asks for descaling; a weekend would suit them. Saturday morning it is.",
            "Arranged",
        ),
        Script(
            "chat", "in", "New billing name",
            "The company changed its name. New billing details are on file from the next order.",
            "Solved", for_firms=True,
        ),
        Script(
            "call", "in", "New delivery address",
            "They moved to a new building. Call an hour ahead and use the freight elevator.",
            "Updated", for_firms=True,
        ),
    ),
    "complaint": (
        Script(
            "call", "in", "Complaint: late delivery",
            "Order {number} came two days late and spoiled a meeting; the customer was upset. "
            "Apologized and asked the carrier, still not happy.",
            "Not satisfied", for_firms=True,
        ),
        Script(
            "email", "in", "Quality has dropped",
            "Says the last delivery was not as good as before and must have been stored too long. "
            "Batch noted, replacement offered; they will think about it.",
            "Open",
        ),
        Script(
            "email", "in", "Complaint: slow repair",
            "Nobody came until the third day and the machine was down all the time. Wants to know "
            "why and is looking at other suppliers.",
            "At risk", for_firms=True,
        ),
        Script(
            "call", "in", "Unhappy about the new prices",
            "Called about the price notice: too much, elsewhere it is ten percent less. Asked for "
            "a loyal-customer price, waiting for approval.",
            "At risk",
        ),
        Script(
            "call", "in", "Complaint: wrong item",
            "One item of order {number} was wrong. Replacement is on its way; it is the second "
            "time, they said.",
            "Not satisfied",
        ),
    ),
    "quiet": (
        Script("call", "out", "No order for a while", "Tried twice, no answer.", "Not reached"),
        Script(
            "email", "out", "What is new",
            "Sent new products and an offer, no reply.",
            "No reply",
        ),
        Script(
            "call", "out", "No order for a while",
            "The office changed supplier over price, under contract for a year; worth asking then.",
            "Went elsewhere", for_firms=True,
        ),
        Script(
            "call", "out", "No order for a while",
            "Our contact has left; the successor is new to the subject. Sent everything again.",
            "New contact", for_firms=True,
        ),
    ),
    "praise": (
        Script(
            "email", "in", "Thanks to your driver",
            "Wrote to say that the driver came on time in pouring rain and carried all upstairs.",
            "Passed on",
        ),
        Script(
            "call", "in", "Recommends us next door",
            "The company next door would like a machine, too; gave us the office manager's number.",
            "Referred", for_firms=True,
        ),
        Script(
            "email", "in", "Thank you",
            "Served our coffee at their open day; guests asked whose it was.",
            "Thanked", for_firms=True,
        ),
    ),
    "prospect": (
        Script(
            "call", "out", "About the quote",
            "They have it and are comparing with two others; decision in a meeting next week.",
            "Undecided", for_firms=True,
        ),
        Script(
            "email", "out", "Free trial",
            "Sent the two-week trial agreement, waiting for them to choose a place for it.",
            "Waiting", for_firms=True,
        ),
        Script(
            "email", "out", "Come and taste",
            "Invited to our showroom; busy this month.",
            "Later",
        ),
        Script(
            "call", "out", "Follow-up",
            "No budget at present; call again next quarter.",
            "Later", for_firms=True,
        ),
        Script(
            "email", "out", "Welcome offer",
            "Sent the welcome offer and tasting set.",
            "Waiting",
        ),
    ),
}  # fmt: skip

CHORES = {
    "organization": (
        Chore("call", "Call {name} about the reorder", "They promised an answer this month."),
        Chore("visit", "Visit {name}", "Bring samples and last quarter's figures."),
        Chore("message", "Send {name} the quote", "Tiered prices by yearly volume."),
        Chore("other", "Prepare the renewal for {name}", "Check billing and payment terms."),
        Chore("call", "Set a maintenance date with {name}"),
    ),
    "person": (
        Chore("message", "Tell {name} about the new beans", "Likes light roasts."),
        Chore("call", "Ask {name} how the machine works"),
        Chore("message", "Remind {name} that the coupon ends soon"),
    ),
    "upset": (
        Chore("call", "Call {name} back about the complaint", "Apologize, explain, make good."),
        Chore("visit", "See {name} and explain", "Bring the replacement."),
    ),
}  # fmt: skip

OWN_CHORES = (
    Chore("other", "Prepare figures for the weekly meeting", "New, won and lost customers."),
    Chore("other", "Write up last week's visits"),
    Chore("other", "Product training", "Cold brew and Yunnan beans."),
    Chore("other", "Check this month's payments"),
    Chore("other", "List this quarter's key customers"),
    Chore("message", "Answer colleagues' questions about stock"),
)

WORDS = Words(
    locale="en",
    language="en",
    time_zone="America/New_York",
    currency="USD",
    order_currencies=("EUR", "TWD"),
    country="United States",
    firm="Kindred Coffee (sample)",
    head_office="Head office",
    sales_teams=("Northeast team", "Midwest team", "South team", "West team"),
    other_teams=("Marketing", "Customer service"),
    territories={"Northeast": 0, "Midwest": 1, "South": 2, "West": 3},
    colleagues=(
        Colleague("admin", "Grace Lin", "administrator"),
        Colleague("adams", "Robert Adams", "manager"),
        Colleague("chen", "Mei Chen", "account_manager", 0),
        Colleague("walker", "Jordan Walker", "sales", 0),
        Colleague("rivera", "Sofia Rivera", "sales", 0),
        Colleague("miller", "Daniel Miller", "account_manager", 1),
        Colleague("nguyen", "Hannah Nguyen", "sales", 1),
        Colleague("carter", "Emily Carter", "account_manager", 2),
        Colleague("brooks", "Marcus Brooks", "sales", 2),
        Colleague("wang", "Wei Wang", "account_manager", 3),
        Colleague("torres", "Diego Torres", "sales", 3),
        Colleague("reed", "Olivia Reed", "marketer", 4),
        Colleague("patel", "Priya Patel", "service", 5),
        Colleague("kelly", "Sean Kelly", "service", 5),
        Colleague("meyer", "Laura Meyer", "analyst"),
        Colleague("hall", "Thomas Hall", "read_only"),
    ),
    surnames=SURNAMES,
    generations=GENERATIONS,
    family_name_first=False,
    companies=COMPANIES,
    streets="Main Street|Oak Street|Maple Avenue|Market Street|Park Avenue|Washington Street|"
    "Broadway|Second Street|Third Avenue|Lake Street|Pine Street|Spring Street|Union Street|"
    "Center Street|River Road|Franklin Street|Jefferson Avenue|Highland Avenue",
    addresses=("{number} {street}", "{number} {street}, Suite {room}"),
    buildings="",
    phone_country=1,
    job_titles={
        "Office manager": 26, "Facilities manager": 14, "Purchasing manager": 14, "Buyer": 10,
        "CEO": 6, "COO": 5, "HR manager": 8, "Finance manager": 5, "Operations manager": 8,
        "Store manager": 8,
    },
    sources={
        "Trade fair": 16, "Website": 26, "Web shop": 18, "Cold call": 12, "Store": 12,
        "Newsletter": 8, "Partner": 5,
    },
    referral="Referral",
    tags={
        "key": "Key customer", "dealer": "Dealer", "new": "New", "monthly": "Monthly invoice",
        "price": "Price sensitive", "tea": "Prefers tea", "filter": "Pour-over fan",
        "chain": "Chain",
    },
    remarks=(
        "Call an hour before delivery, use the freight elevator.",
        "Invoices to accounting before the 25th.",
        "Deliver on weekdays only.",
        "Prefers e-mail over phone calls.",
        "Machine is on the third floor, sign in at the front desk.",
        "Particular about taste: send a sample before changing beans.",
        "Always needs decaf as well.",
        "Tenders once a year, start preparing in September.",
    ),
    order_sources=("ERP", "Web shop", "Store"),
    categories={
        "machine": "Coffee machines", "tea_machine": "Tea and water", "beans": "Coffee",
        "tea": "Tea", "ingredient": "Ingredients", "supplies": "Supplies", "tool": "Tools",
        "service": "Services",
    },
    units={
        "piece": "piece", "bag": "bag", "box": "box", "tin": "tin", "case": "case",
        "bottle": "bottle", "pack": "pack", "roll": "roll", "set": "set", "visit": "visit",
        "year": "year", "month": "month",
    },
    scripts=SCRIPTS,
    chores=CHORES,
    own_chores=OWN_CHORES,
)  # fmt: skip
