"""Ready questionnaires: what each kind begins with; every text can be changed."""

from jishi.insight.surveys import rules
from jishi.insight.surveys.contracts import (
    Condition,
    Option,
    Question,
    QuestionForm,
    SurveyDraft,
    SurveyKind,
    Words,
)


def _both(chinese: str, english: str) -> Words:
    return {"zh-hans": chinese, "en": english}


_THANKS = _both("谢谢，您的回答会被认真读。", "Thank you. Somebody really reads this.")
_TITLES = {
    SurveyKind.CSAT: _both("这次购物满意吗？", "How was your order?"),
    SurveyKind.NPS: _both("您会把我们推荐给朋友吗？", "Would you recommend us?"),
    SurveyKind.CES: _both("这件事办得顺手吗？", "Was that easy?"),
    SurveyKind.CUSTOM: _both("想听听您的意见", "We would like to hear from you"),
}
_SCORES = {
    SurveyKind.CSAT: (
        _both("总的来说，您对这次购物满意吗？", "All in all, how satisfied are you with this order?"),
        _both("很不满意", "Very dissatisfied"),
        _both("很满意", "Very satisfied"),
    ),
    SurveyKind.NPS: (
        _both("您有多大可能把我们推荐给朋友？", "How likely are you to recommend us to a friend?"),
        _both("完全不会", "Not at all"),
        _both("一定会", "Certainly"),
    ),
    SurveyKind.CES: (
        _both("“办成想办的事很容易。”您同意吗？", "“It was easy to do what I came for.” Do you agree?"),
        _both("完全不同意", "Strongly disagree"),
        _both("完全同意", "Strongly agree"),
    ),
}
_WHY_BELOW = {SurveyKind.CSAT: 3, SurveyKind.NPS: 6, SurveyKind.CES: 4}


def draft(kind: str) -> SurveyDraft:
    """The settings a kind begins with."""
    trigger = "receipt" if kind == SurveyKind.CSAT else "link"
    return SurveyDraft(title=_TITLES[SurveyKind(kind)], thanks=_THANKS, trigger=trigger)


def questions(kind: str) -> tuple[Question, ...]:
    """The questions a kind begins with: its figure, why it is low, and a place for words."""
    known = SurveyKind(kind)
    if known not in _SCORES:
        return (
            Question(
                "q1",
                QuestionForm.SINGLE,
                _both("您最看重什么？", "What matters most to you?"),
                options=(
                    Option("quality", _both("东西好", "Quality")),
                    Option("price", _both("价格实在", "Price")),
                    Option("people", _both("有朋友推荐", "What friends say")),
                ),
            ),
        )
    words, low, high = _SCORES[known]
    ends = rules.FIXED[known]
    return (
        Question(
            rules.SCORE,
            QuestionForm.SCALE,
            words,
            low=ends[0],
            high=ends[1],
            low_words=low,
            high_words=high,
        ),
        Question(
            "why",
            QuestionForm.MULTIPLE,
            _both("哪里让您不满意？", "What was not good?"),
            options=(
                Option("goods", _both("商品本身", "The goods")),
                Option("delivery", _both("配送和包装", "Delivery and packing")),
                Option("service", _both("客服", "Service")),
                Option("price", _both("价格", "The price")),
                Option("app", _both("页面难用", "The pages are hard to use")),
            ),
            is_required=False,
            show_if=Condition(rules.SCORE, "at_most", str(_WHY_BELOW[known])),
        ),
        Question(
            "words",
            QuestionForm.TEXT,
            _both("还想告诉我们什么？", "Anything you would like to tell us?"),
            is_required=False,
        ),
    )
