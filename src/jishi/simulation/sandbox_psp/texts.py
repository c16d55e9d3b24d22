"""The words of the hosted page, in Chinese and English."""

ZH = {
    "title": "收银台",
    "brand": "沙盒支付",
    "badge": "测试环境",
    "no_money": "这里不会扣任何真钱。",
    "amount": "应付金额",
    "for": "商品说明",
    "reference": "支付单号",
    "until": "付款时间",
    "minutes": "还剩约 {minutes} 分钟",
    "pay": "确认支付 {amount}",
    "refuse": "模拟银行拒付",
    "back": "返回商家",
    "options": "测试选项",
    "options_hint": "看看网络不听话时，商家会怎样应对。",
    "pay_thrice": "支付，并同时发三次通知",
    "pay_later": "支付，通知晚些到",
    "pay_slowly": "支付，但银行要等一会儿才到账",
    "pay_silently": "支付，但通知丢失",
    "seconds": "等待秒数",
    "refuse_refund": "第一次退款时拒绝",
    "slow_refund": "退款要等几秒才到账",
    "paid": "已支付",
    "paid_hint": "谢谢！商家会收到付款通知。",
    "refused": "支付未成功",
    "refused_hint": "银行拒绝了这笔付款，没有扣款。可以返回商家再试一次。",
    "processing": "银行处理中",
    "processing_hint": "到账后我们会通知商家，您可以先返回。",
    "late": "商家给的付款时间已过",
    "late_hint": "现在付款可以测试“迟到的付款”：商家要么补上订单，要么原路退款。",
    "missing": "找不到这笔支付",
    "missing_hint": "链接可能不完整，请返回商家重新打开。",
    "other": "English",
}
EN = {
    "title": "Checkout",
    "brand": "Sandbox Pay",
    "badge": "Test mode",
    "no_money": "No real money moves here.",
    "amount": "Amount due",
    "for": "For",
    "reference": "Payment",
    "until": "Time to pay",
    "minutes": "about {minutes} min left",
    "pay": "Pay {amount}",
    "refuse": "Let the bank refuse",
    "back": "Back to the shop",
    "options": "Test options",
    "options_hint": "See how the shop copes when the network does not behave.",
    "pay_thrice": "Pay, and notify three times at once",
    "pay_later": "Pay, and notify later",
    "pay_slowly": "Pay, but the bank takes its time",
    "pay_silently": "Pay, but lose the notification",
    "seconds": "Seconds to wait",
    "refuse_refund": "Refuse the first refund",
    "slow_refund": "Refunds take a few seconds",
    "paid": "Paid",
    "paid_hint": "Thank you. The shop is being told.",
    "refused": "Payment not made",
    "refused_hint": "The bank refused this payment; nothing was charged. Go back to the shop to try again.",
    "processing": "The bank is working on it",
    "processing_hint": "We will tell the shop once the money has arrived. You can go back now.",
    "late": "The shop's time to pay is over",
    "late_hint": "Paying now tests a late payment: the shop honours the order or sends the money back.",
    "missing": "We could not find this payment",
    "missing_hint": "The link may be incomplete. Please go back to the shop and open it again.",
    "other": "中文",
}


def choose(wanted: str, accepted: str) -> tuple[str, dict[str, str]]:
    """Language tag and words: what the address asks for, else what the browser prefers, else Chinese."""
    for tag in (wanted, *(part.split(";")[0] for part in accepted.split(","))):
        short = tag.strip().lower()[:2]
        if short == "zh":
            return "zh-Hans", ZH
        if short == "en":
            return "en", EN
    return "zh-Hans", ZH
