"""What a reporting guideline asks for and only the authors know, as free text."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from hiprisk.config.fields import STRICT

# Long enough for a paragraph; a report is no place for a paper.
Answer = Annotated[str, Field(min_length=1, max_length=2000)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AuthorsAnswers:
    """Answers of the authors to items of TRIPOD+AI that no data show; the report has them.

    An answer that begins with ``Not reported`` or ``Not applicable`` gives its item this state, and
    one that begins with ``To be confirmed`` leaves it partly reported; the report has its words.

    Attributes
    ----------
    background : str, optional
        What is known, which models exist, and why this one. (item 3a)
        Example: ``Two models exist; neither has back pain as a predictor.``
    intended_users : str, optional
        Who is to use the model, on whom, and for what decision. (item 3b)
        Example: ``Physiotherapists, at the first visit.``
    health_inequalities : str, optional
        Known inequalities between groups of people in this condition and its care. (item 3c)
        Example: ``Women are referred later.``
    data_source : str, optional
        Where the data are from, and how representative they are. (item 5a)
        Example: ``A cohort of general practices in one region.``
    dates : str, optional
        When people were included and followed up. (item 5b)
        Example: ``January 2004 to June 2007; followed up for three years.``
    setting : str, optional
        Of what kind and how many the centres were. (item 6a)
        Example: ``Twelve general practices.``
    eligibility : str, optional
        Who could take part, and who could not. (item 6b)
        Example: ``Age 55 or older, hip pain for a month.``
    treatments : str, optional
        What treatment people received, and how the study deals with it. (item 6c)
        Example: ``Usual care; physiotherapy is not in the model.``
    data_preparation : str, optional
        How data were prepared and checked, and whether in the same way in all groups. (item 7)
        Example: ``Range of motion was entered twice.``
    outcome_choice : str, optional
        Why this outcome, how it was assessed, and whether alike in all groups. (item 8a)
        Example: ``What patients named first; one questionnaire for all.``
    outcome_assessors : str, optional
        Who assessed the outcome, and how they were trained. (item 8b)
        Example: ``The people themselves, by post.``
    outcome_blinding : str, optional
        Whether the outcome was assessed without knowledge of the predictors. (item 8c)
        Example: ``Yes, by post, three years later.``
    predictor_choice : str, optional
        How the first set of predictors was chosen. (item 9a)
        Example: ``By two clinicians, before the data were seen.``
    predictor_measurement : str, optional
        How, when and by whom predictors were measured, and whether blind to the outcome. (item 9b)
        Example: ``At the first visit, by one examiner.``
    predictor_assessors : str, optional
        Who assessed subjective predictors, and how they were trained. (item 9c)
        Example: ``Two radiologists graded the hips.``
    sample_size : str, optional
        How the number of people was arrived at. (item 10)
        Example: ``Everybody whom the practices saw in three years.``
    model_choice : str, optional
        Why this model type, where it was not chosen among several. (item 12c)
        Example: ``Linear, so that it can be used on paper.``
    fairness : str, optional
        What was done about fairness between groups, why, and in which groups. (item 14)
        Example: ``Performance by sex and age; sex is a predictor.``
    threshold_rationale : str, optional
        Why these threshold probabilities. (item 15)
        Example: ``Exercise therapy does little harm.``
    ethics : str, optional
        Approval of an ethics committee, and consent. (item 17)
        Example: ``Approved by committee X, number 1234; written consent.``
    funding : str, optional
        Who paid, and what they had to do with the study. (item 18a)
        Example: ``University funds; no role in the study.``
    conflicts : str, optional
        Conflicts of interest of the authors. (item 18b)
        Example: ``None.``
    protocol : str, optional
        Where the protocol can be read. (item 18c)
        Example: ``Supplement 1.``
    registration : str, optional
        Name and number of the register. (item 18d)
        Example: ``Not registered.``
    data_sharing : str, optional
        Whether and how others get the data. (item 18e)
        Example: ``From the corresponding author, on a data agreement.``
    code_sharing : str, optional
        Whether and how others get the code. (item 18f)
        Example: ``Config and hiprisk version in the supplement.``
    public_involvement : str, optional
        What patients and the public had to do with the study. (item 19)
        Example: ``Two patients chose the outcome.``
    interpretation : str, optional
        What the results mean in the light of the aims and of earlier studies. (item 25)
        Example: ``Back pain helps less than expected.``
    further_limitations : str, optional
        What limits the study beside what the report finds by itself. (item 26)
        Example: ``One region; self-reported back pain.``
    poor_input : str, optional
        What users should do when an input is missing or unreliable. (item 27a)
        Example: ``Measure again; the model imputes what is missing.``
    user_expertise : str, optional
        What users must know and do to enter inputs and read the answer. (item 27b)
        Example: ``A goniometer, and training in its use.``
    next_steps : str, optional
        What should be done next. (item 27c)
        Example: ``External validation in another region.``
    """

    background: Answer | None = None
    intended_users: Answer | None = None
    health_inequalities: Answer | None = None
    data_source: Answer | None = None
    dates: Answer | None = None
    setting: Answer | None = None
    eligibility: Answer | None = None
    treatments: Answer | None = None
    data_preparation: Answer | None = None
    outcome_choice: Answer | None = None
    outcome_assessors: Answer | None = None
    outcome_blinding: Answer | None = None
    predictor_choice: Answer | None = None
    predictor_measurement: Answer | None = None
    predictor_assessors: Answer | None = None
    sample_size: Answer | None = None
    model_choice: Answer | None = None
    fairness: Answer | None = None
    threshold_rationale: Answer | None = None
    ethics: Answer | None = None
    funding: Answer | None = None
    conflicts: Answer | None = None
    protocol: Answer | None = None
    registration: Answer | None = None
    data_sharing: Answer | None = None
    code_sharing: Answer | None = None
    public_involvement: Answer | None = None
    interpretation: Answer | None = None
    further_limitations: Answer | None = None
    poor_input: Answer | None = None
    user_expertise: Answer | None = None
    next_steps: Answer | None = None

    def given(self) -> dict[str, str]:
        """The answers that were given, by key."""
        found = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return {name: text for name, text in found.items() if text is not None}
