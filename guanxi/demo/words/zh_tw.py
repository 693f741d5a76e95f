"""Taiwan: a supplier of coffee, tea and machines to offices, cafés and homes."""

# ruff: noqa: E501 - a sentence stays on its line; its characters count twice

from guanxi.demo.words.vocabulary import (
    Chore,
    Colleague,
    Companies,
    Generation,
    Script,
    Trade,
    Words,
)

# Shares of the population in per cent, rounded; the rest of the surnames share what remains.
SURNAMES = {
    "陳": 11.2, "林": 8.3, "黃": 6.0, "張": 5.3, "李": 5.1, "王": 4.1, "吳": 4.0, "劉": 3.2,
    "蔡": 2.9, "楊": 2.6, "許": 2.3, "鄭": 1.9, "謝": 1.8, "洪": 1.5, "郭": 1.5, "邱": 1.5,
    "曾": 1.4, "廖": 1.3, "賴": 1.3, "徐": 1.3, "周": 1.2, "葉": 1.2, "蘇": 1.2, "莊": 0.9,
    "江": 0.9, "呂": 0.9, "何": 0.8, "蕭": 0.8, "羅": 0.8, "高": 0.8, "潘": 0.7, "簡": 0.7,
    "朱": 0.6, "鍾": 0.6, "游": 0.6, "彭": 0.6, "詹": 0.6, "胡": 0.5, "施": 0.5, "沈": 0.5,
    "余": 0.5, "盧": 0.5, "趙": 0.5, "梁": 0.4, "顏": 0.4, "柯": 0.4, "翁": 0.4, "魏": 0.4,
    "孫": 0.4, "戴": 0.4, "范": 0.4, "方": 0.4, "宋": 0.4, "鄧": 0.3, "杜": 0.3, "傅": 0.3,
    "侯": 0.3, "曹": 0.3, "薛": 0.3, "丁": 0.3, "卓": 0.3, "馬": 0.3, "董": 0.2, "唐": 0.2,
    "歐陽": 0.1,
}  # fmt: skip

GENERATIONS = (
    Generation(
        1960,
        "志明 文雄 俊雄 正雄 明德 榮華 國雄 進財 金龍 文彬 清源 武雄 義雄 錦堂",
        "淑芬 美惠 麗華 秀英 素珍 淑惠 美玲 秀美 淑貞 麗珠 碧雲 月娥 素蘭 玉蘭",
        "文 明 國 正 榮 清 進 金 / 雄 德 輝 隆 義 福 源 成",
        "淑 美 麗 秀 素 碧 玉 月 / 芬 惠 珍 珠 貞 蘭 雲 娥",
    ),
    Generation(
        1970,
        "志偉 建宏 俊宏 志成 志豪 文賢 俊傑 明宏 家銘 建志 世昌 國華 志強 宗憲",
        "淑娟 雅惠 淑玲 美華 惠美 雅芳 淑華 麗玲 佩芬 雅玲 惠玲 秀玲 怡如 淑真",
        "志 建 俊 明 文 世 家 國 / 宏 偉 成 銘 賢 昌 傑 仁",
        "雅 淑 惠 佩 麗 怡 秀 美 / 惠 玲 芳 娟 芬 如 真 君",
    ),
    Generation(
        1980,
        "家豪 冠宇 宗翰 俊傑 建宏 志豪 信宏 彥廷 冠廷 柏翰 承翰 宗霖 育誠 哲瑋",
        "雅婷 怡君 佳穎 雅雯 欣怡 佩君 怡婷 心怡 靜怡 佩珊 雅琪 淑婷 筱婷 婉婷",
        "家 冠 宗 柏 承 彥 哲 育 信 / 豪 宇 翰 廷 霖 宏 誠 瑋 儒",
        "雅 怡 佳 佩 欣 心 靜 婉 / 婷 君 穎 雯 怡 琪 珊 蓉 如",
    ),
    Generation(
        1990,
        "冠宇 承恩 柏翰 彥廷 家瑋 宇軒 冠霖 哲宇 俊宇 子豪 威廷 聖凱 宗穎 韋廷",
        "怡萱 詩涵 宜蓁 佳蓉 雅筑 郁婷 思妤 佳玲 鈺婷 庭瑜 欣妤 婉瑜 筱涵 芷瑄",
        "冠 承 柏 彥 宇 哲 子 威 韋 / 宇 恩 翰 廷 軒 霖 豪 凱 辰",
        "詩 宜 佳 郁 思 鈺 庭 欣 芷 / 涵 蓁 蓉 婷 妤 瑜 萱 瑄 筑",
    ),
    Generation(
        2000,
        "承恩 宥廷 品睿 柏宇 宇翔 冠廷 承翰 彥宇 睿恩 子睿 宥翔 品翰",
        "品妤 詠晴 子晴 宥蓁 芯語 語彤 羽彤 思妤 苡晴 子涵 禹彤 芷瑜",
        "承 宥 品 柏 宇 睿 子 彥 / 恩 廷 睿 宇 翔 翰 辰 安",
        "品 詠 子 宥 語 羽 思 苡 / 妤 晴 蓁 彤 涵 瑜 安 恩",
    ),
)  # fmt: skip

TRADES = (
    Trade("資訊科技", "科技 資訊 軟體 數位科技 網路科技", 18),
    Trade("餐飲", "餐飲 食品 飲料 烘焙", 15),
    Trade("飯店旅宿", "大飯店 商旅 文旅", 6, has_legal_form=False),
    Trade("教育", "教育 文教", 6),
    Trade("醫療保健", "生技 醫療器材 健康事業", 6),
    Trade("醫療保健", "牙醫診所 診所", 3, has_legal_form=False),
    Trade("製造", "精密工業 機械 電子 材料 自動化", 16),
    Trade("批發零售", "貿易 實業 國際 百貨", 12),
    Trade("物流", "物流 通運 國際物流", 5),
    Trade("不動產", "建設 開發 物業管理", 5),
    Trade("文化傳媒", "文創 廣告 整合行銷 影視", 7),
    Trade("專業服務", "管理顧問 人力資源 設計", 6),
    Trade("專業服務", "法律事務所 會計師事務所 建築師事務所", 4, has_legal_form=False),
    Trade("運動休閒", "運動事業 旅行社", 4),
)

COMPANIES = Companies(
    brands="星 雲 恆 瑞 嘉 鼎 匯 博 弘 沐 晟 禾 藍 宏 錦 啟 拓 凱 佳 和 德 正 新 遠 智 永 悅 樂 康 "
    "青 朗 睿 銘 景 品 優 森 語 / 途 源 邦 創 誠 辰 瀚 豐 昇 騰 川 瀾 盈 維 格 峰 澤 尚 暉 宇 力 "
    "佑 岳 舟 帆 野 林 築 象 意 谷 澄 原 橋",
    joint="",
    trades=TRADES,
    forms={"股份有限公司": 55, "有限公司": 45},
    patterns={"{brand}{trade}{form}": 1},
    plain_pattern="{brand}{trade}",
    branch="{parent}{city}分公司",
    public=(
        "{city}市立圖書館",
        "{city}市餐飲商業同業公會",
        "{city}市{district}民活動中心",
        "{city}市青年志工協會",
        "{city}市文化基金會",
    ),
    internal=("知遇咖啡{city}門市", "知遇咖啡{city}倉庫", "知遇咖啡{city}{district}門市"),
)

SCRIPTS = {
    "meet_organization": (
        Script(
            "call", "out", "初次電話聯繫",
            "介紹產品與服務。對方公司目前使用即溶咖啡，想了解全自動咖啡機租賃與每月供豆的方案，已約時間到府試喝。",
            "有意願",
        ),
        Script(
            "meeting", "none", "展覽現場洽談",
            "在攤位試喝兩款配方豆，對中深焙的評價不錯，交換了名片，希望會後收到報價。",
            "待報價",
        ),
        Script(
            "email", "in", "來信索取產品型錄",
            "對方在官網看到我們，來信索取型錄與企業價目表。已回覆並附上辦公室方案與客戶案例。",
            "已寄資料",
        ),
        Script(
            "visit", "out", "首次拜訪",
            "參觀客戶的茶水間，約六十人使用，現有機器出杯慢、維修不即時。建議 M3 雙豆倉搭配年度保養。",
            "有意願",
        ),
        Script(
            "chat", "in", "線上詢問企業採購",
            "客戶從官方帳號加入，詢問能否月結、開立三聯式發票。已說明流程並提供合約範本。",
            "已寄資料",
        ),
    ),
    "meet_person": (
        Script(
            "chat", "in", "詢問家用咖啡機",
            "第一次買咖啡機，預算一萬五以內，想做拿鐵。推薦家用義式機加磨豆機的組合。",
            "已推薦",
        ),
        Script(
            "web", "in", "官網留言",
            "詢問不同烘焙度的差別，平常喜歡偏酸的。推薦先試耶加雪菲與濾掛綜合包。",
            "已推薦",
        ),
        Script(
            "call", "in", "來電詢問出貨時間",
            "詢問幾天可以到貨、烘焙日期怎麼看。已說明下單後兩天內出貨，豆子為一週內新鮮烘焙。",
            "已解答",
        ),
        Script(
            "visit", "in", "到店體驗",
            "在門市試喝手沖，對衣索比亞的豆子很有興趣，留下了聯絡方式。",
            "有意願",
        ),
    ),
    "visit": (
        Script(
            "visit", "out", "例行拜訪",
            "檢查機器運作情況，清點耗材庫存，提醒更換濾芯。客戶希望下一季增加燕麥奶的用量。",
            "關係良好",
        ),
        Script(
            "visit", "out", "新品試喝",
            "帶冷萃與兩款新豆過去試喝，行政同仁普遍喜歡低酸的那款，下次訂貨時會考慮。",
            "有加購機會",
        ),
        Script(
            "meeting", "none", "季度檢討會議",
            "一起看了上一季的用量與費用，人均用量上升。客戶想統一各樓層的機型，需要提案。",
            "待提案",
        ),
        Script(
            "visit", "out", "客情拜訪",
            "帶新品禮盒拜訪，順便了解後續的預算安排，預算與採購流程都沒有變動。",
            "關係良好",
        ),
    ),
    "follow_machine": (
        Script(
            "call", "out", "安裝回訪：{product}",
            "{product}安裝一週，運作正常，幾位同仁大致會用了，提醒日常清潔的重點。",
            "滿意", for_firms=True,
        ),
        Script(
            "visit", "out", "教育訓練：{product}",
            "為櫃檯與行政三位同仁示範操作與日常清潔，留下清潔計畫表。",
            "已完成", for_firms=True,
        ),
        Script(
            "chat", "out", "使用情況追蹤",
            "詢問{product}的使用情況，客戶回覆運作穩定，目前沒有問題。",
            "滿意",
        ),
        Script(
            "call", "out", "回訪：{product}",
            "客戶對{product}滿意，詢問保固期與配件的購買方式，已說明。",
            "滿意",
        ),
    ),
    "follow_goods": (
        Script(
            "chat", "out", "到貨關懷",
            "{product}已簽收，包裝完好，數量無誤，客戶說之後還會再訂。",
            "滿意",
        ),
        Script(
            "call", "out", "回訪：{product}",
            "電話回訪，客戶對{product}滿意，詢問多訂有沒有優惠，能不能按季簽價格。",
            "有加購機會", for_firms=True,
        ),
        Script(
            "sms", "out", "出貨通知",
            "您的訂單 {number} 已出貨，預計兩天內送達，請留意收件。如有問題，請隨時與我們聯絡。",
            "已送達",
        ),
        Script(
            "email", "out", "訂單 {number} 對帳單",
            "寄送訂單 {number} 的對帳單與電子發票，客戶財務已確認收到。",
            "已確認", for_firms=True,
        ),
        Script(
            "chat", "in", "詢問補貨",
            "客戶詢問{product}目前有沒有現貨，週五前要用。已查庫存，當天可以出貨。",
            "已安排",
        ),
        Script(
            "chat", "in", "詢問訂單進度",
            "客戶詢問訂單 {number} 的配送進度，已查到正在配送，告知預計送達時間。",
            "已解答",
        ),
    ),
    "follow_service": (
        Script(
            "call", "out", "服務回訪：{product}",
            "針對{product}做了電話回訪，客戶對服務態度與效率都滿意，給了五顆星。",
            "滿意",
        ),
        Script(
            "chat", "out", "服務評價",
            "傳送評價連結，客戶留言「準時、專業、溝通順暢」。",
            "滿意",
        ),
    ),
    "service": (
        Script(
            "call", "in", "報修：咖啡機不出水",
            "客戶來電說機器顯示缺水但水箱是滿的。電話指導排除空氣後恢復，約下週到府檢查。",
            "已解決",
        ),
        Script(
            "chat", "in", "預約除垢保養",
            "機器提示除垢，客戶希望週末到府。已安排週六上午。",
            "已安排",
        ),
        Script(
            "chat", "in", "變更發票抬頭",
            "客戶公司更名，發票抬頭需要更改。已登記新的開立資訊，下一張訂單起生效。",
            "已解決", for_firms=True,
        ),
        Script(
            "call", "in", "變更送貨地址",
            "公司搬到新大樓，之後送到新地址，需提前一小時來電，走貨梯。已更新。",
            "已更新", for_firms=True,
        ),
    ),
    "complaint": (
        Script(
            "call", "in", "客訴：送貨延遲",
            "訂單 {number} 比約定晚兩天到，影響客戶的會議，情緒比較激動。已致歉並追查物流，客戶不太滿意。",
            "客戶不滿意", for_firms=True,
        ),
        Script(
            "chat", "in", "反映品質問題",
            "客戶說最近一批貨的品質不如以前，懷疑存放太久。已登記批號並提出補寄，客戶說再考慮。",
            "待處理",
        ),
        Script(
            "email", "in", "客訴維修不即時",
            "報修後第三天才有人到府，期間機器一直不能使用。客戶要求說明原因，並提到正在比較其他供應商。",
            "有流失風險", for_firms=True,
        ),
        Script(
            "call", "in", "對漲價不滿",
            "收到調價通知後來電，認為漲幅太大，另一家便宜一成。已申請老客戶價，等候核定。",
            "有流失風險",
        ),
        Script(
            "call", "in", "客訴出錯貨",
            "訂單 {number} 有一樣出錯。已安排補寄，客戶說這是第二次了。",
            "客戶不滿意",
        ),
    ),
    "quiet": (
        Script("call", "out", "久未下單關懷", "打了兩次電話都沒有接通，改天換個時間再試。", "未接通"),
        Script("chat", "out", "問候與新品推薦", "傳送新品介紹與老客戶優惠，對方沒有回覆。", "未回覆"),
        Script(
            "call", "out", "久未下單關懷",
            "對方說辦公室換了供應商，主要是價格因素，合約簽了一年，到期可以再談。",
            "已換供應商", for_firms=True,
        ),
        Script(
            "call", "out", "久未下單關懷",
            "原來的窗口離職了，新同仁還不了解情況，已重新寄送資料。",
            "窗口異動", for_firms=True,
        ),
    ),
    "praise": (
        Script(
            "chat", "in", "稱讚配送師傅",
            "客戶特地傳訊息，說配送師傅下雨天還準時送到，搬到樓上也沒有怨言。",
            "已轉達",
        ),
        Script(
            "call", "in", "推薦朋友公司",
            "客戶說隔壁公司也想裝一台，把對方行政的電話給了我們。",
            "已轉介", for_firms=True,
        ),
        Script(
            "email", "in", "感謝信",
            "公司開放日用了我們的咖啡，來賓都問是哪一家的，客戶來信致謝。",
            "已致謝", for_firms=True,
        ),
    ),
    "prospect": (
        Script(
            "call", "out", "追蹤報價",
            "報價已收到，還在和另外兩家比較，下週內部開會決定。",
            "待決定", for_firms=True,
        ),
        Script(
            "email", "out", "寄送試用方案",
            "寄送兩週免費試用方案與試用協議，等對方確認安裝位置。",
            "待確認", for_firms=True,
        ),
        Script("chat", "out", "邀請參觀展示中心", "邀請來展示中心體驗，對方說最近比較忙，月底再約。", "待追蹤"),
        Script("call", "out", "電話追蹤", "近期沒有預算，下一季再聯絡。", "暫緩", for_firms=True),
        Script("chat", "out", "傳送新客優惠", "傳送新客優惠與試喝組介紹，對方說週末看看。", "待追蹤"),
    ),
}  # fmt: skip

CHORES = {
    "organization": (
        Chore("call", "致電{name}確認續訂", "上次說月底前答覆，確認數量與送貨時間。"),
        Chore("visit", "拜訪{name}", "帶新品樣品與上一季用量表。"),
        Chore("message", "寄報價給{name}", "依年度用量給階梯價，注意有效期限。"),
        Chore("other", "準備{name}的續約資料", "核對發票資訊與付款條件。"),
        Chore("call", "追蹤{name}的保養預約"),
    ),
    "person": (
        Chore("message", "傳新豆介紹給{name}", "喜歡淺焙，可以推薦耶加雪菲。"),
        Chore("call", "回訪{name}的使用感受"),
        Chore("message", "提醒{name}優惠券即將到期"),
    ),
    "upset": (
        Chore("call", "回電給{name}，處理客訴", "先道歉，說明處理結果，再確認客戶是否接受。"),
        Chore("visit", "到府向{name}說明", "帶補寄的貨與道歉信。"),
    ),
}

OWN_CHORES = (
    Chore("other", "準備週會資料", "本週新增、成交與流失名單。"),
    Chore("other", "補齊上週的拜訪紀錄"),
    Chore("other", "參加新品教育訓練", "冷萃設備與精品豆專場。"),
    Chore("other", "核對本月收款"),
    Chore("other", "整理本季重點客戶名單"),
    Chore("message", "回覆同事關於庫存的問題"),
)

WORDS = Words(
    locale="zh-TW",
    language="zh-hant",
    time_zone="Asia/Taipei",
    currency="TWD",
    order_currencies=("USD", "CNY"),
    country="臺灣",
    firm="知遇咖啡（範例）",
    head_office="總公司",
    sales_teams=("北一團隊", "北二團隊", "中區團隊", "南區團隊"),
    other_teams=("行銷部", "客戶服務部"),
    territories={"北一區": 0, "北二區": 1, "中區": 2, "南區": 3, "東區": 0},
    colleagues=(
        Colleague("admin", "林靜宜", "administrator"),
        Colleague("zhao", "趙國華", "manager"),
        Colleague("chen", "陳怡君", "account_manager", 0),
        Colleague("wang", "王冠宇", "sales", 0),
        Colleague("hsu", "許雅婷", "sales", 0),
        Colleague("liu", "劉俊傑", "account_manager", 1),
        Colleague("chang", "張柏翰", "sales", 1),
        Colleague("huang", "黃佳穎", "account_manager", 2),
        Colleague("tsai", "蔡宗霖", "sales", 2),
        Colleague("yang", "楊承恩", "account_manager", 3),
        Colleague("kuo", "郭志豪", "sales", 3),
        Colleague("wu", "吳詩涵", "marketer", 4),
        Colleague("hsieh", "謝淑芬", "service", 5),
        Colleague("lai", "賴建宏", "service", 5),
        Colleague("ho", "何思妤", "analyst"),
        Colleague("kao", "高明德", "read_only"),
    ),
    surnames=SURNAMES,
    generations=GENERATIONS,
    family_name_first=True,
    companies=COMPANIES,
    streets="中山路 中正路 民生路 民權路 民族路 忠孝路 仁愛路 信義路 和平路 復興路 光復路 建國路 "
    "自由路 文化路 成功路 大同路 中華路 博愛路 林森路 公園路",
    addresses=("{street}{number}號{floor}樓", "{street}{number}號{floor}樓之{room}"),
    buildings="",
    phone_country=886,
    job_titles={
        "行政經理": 20, "總務主管": 16, "採購經理": 14, "採購專員": 12, "總經理": 7, "副總經理": 4,
        "人資經理": 7, "財務經理": 5, "營運經理": 7, "店長": 8,
    },
    sources={
        "展覽": 16, "官網": 24, "官方帳號": 18, "電話開發": 14, "線上商店": 14, "門市": 10,
        "合作夥伴": 4,
    },
    referral="客戶介紹",
    tags={
        "key": "重點客戶", "dealer": "經銷商", "new": "新客戶", "monthly": "月結客戶",
        "price": "價格敏感", "tea": "偏好茶飲", "filter": "手沖愛好者", "chain": "連鎖門市",
    },
    remarks=(
        "送貨請提前一小時來電，走貨梯。",
        "對帳請聯絡財務，每月 25 日前開立發票。",
        "僅平日可收件。",
        "負責人習慣用訊息聯繫，少打電話。",
        "機器在三樓茶水間，進門需換證。",
        "對咖啡風味要求高，換豆前先寄樣品。",
        "部分同仁不能喝咖啡因，需常備低咖啡因豆。",
        "年底統一招標，九月開始準備資料。",
    ),
    order_sources=("ERP", "線上商店", "門市"),
    categories={
        "machine": "咖啡機", "tea_machine": "茶飲設備", "beans": "咖啡", "tea": "茶葉",
        "ingredient": "飲品原料", "supplies": "耗材", "tool": "器具", "service": "服務",
    },
    units={
        "piece": "個", "bag": "袋", "box": "盒", "tin": "罐", "case": "箱", "bottle": "瓶",
        "pack": "包", "roll": "捲", "set": "組", "visit": "次", "year": "年", "month": "月",
    },
    scripts=SCRIPTS,
    chores=CHORES,
    own_chores=OWN_CHORES,
)  # fmt: skip
