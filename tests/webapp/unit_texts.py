"""Labels of the pages of communes and provinces that templates get from Python."""

from geo.terms import CommuneClass
from models.periods import due_dates, evaluation_period, half_year_period
from webapp import labels, standing_labels
from webapp.rule_words import PHRASES, SENTENCES, SHARES, texts_of_rules
from webapp.services.assessment_block import BUTTONS, LISTS
from webapp.services.commune_checks import GROUP_TITLES, SHORT_TITLES, class_words
from webapp.services.commune_differences import COUNTED_CASES
from webapp.services.commune_table import SHORT, before_words_of
from webapp.services.commune_trend import MEASURES, SHORT_CLASSES
from webapp.services.due_dates import QUARTERLY_REVIEW, SELF_ASSESSMENT
from webapp.services.figure_lines import LINE_WORDS
from webapp.views.assessments import DONE


def unit_texts() -> list[object]:
    """Labels, and what the rule sets say."""
    periods = (evaluation_period(2026), half_year_period(2026))
    return [
        *(SHORT_TITLES, GROUP_TITLES, MEASURES, SHORT_CLASSES, BUTTONS, LISTS, LINE_WORDS),
        [class_words(cls) for cls in CommuneClass],
        *(labels.COMMUNE_CLASSES, labels.NEIGHBOURS, labels.HOTSPOT_STATUSES, labels.HOTSPOT_KINDS),
        *(standing_labels.PROVINCE_CLASSES, standing_labels.ASSESSMENT_STATES),
        standing_labels.ASSESSMENT_ACTIONS,
        *(SELF_ASSESSMENT, QUARTERLY_REVIEW, COUNTED_CASES),
        [due.what for period in periods for due in due_dates(period)],
        *(texts_of_rules(), SENTENCES, PHRASES, SHARES),
        *(SHORT, [before_words_of(cls) for cls in CommuneClass], ["có", "không", DONE]),
    ]
