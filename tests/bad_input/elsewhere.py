"""Rows of the matrix that other tests pin, and rows that none pins here, with the reason."""

_APPLICABILITY = "tests/sheet/test_applicability.py"
_CASES = "tests/cli/test_cases_rows.py"
_CHECKING = "tests/cohort/checks/test_rules.py"
_CELLS = "tests/cohort/test_cells.py"
_ITEM_CHECKS = "tests/cohort/checks/test_items.py"
_FILES = "tests/bad_input/test_files.py"
_COLUMNS = "tests/estimators/test_columns.py"
_ESTIMATORS = "tests/estimators/test_study_model.py"
_FOLDS, _TUNING = "tests/learning/test_folds.py", "tests/learning/tuning/test_search.py"
_MAIN = "tests/cli/test_main.py"
_MAPPING = "tests/cohort/test_mapping.py"
_MOVED = "tests/cohort/shift/test_comparison.py"
_OUTPUT = "tests/bad_input/test_output.py"
_BUNDLES = "tests/serving/fhir/test_bundles.py"
_OBSERVATIONS = "tests/serving/fhir/test_observations.py"
_OWN, _STUDIES = "tests/cohort/test_own_variables.py", "tests/test_own_studies.py"
_PYTHON = "tests/bad_input/test_python.py"
_READING = "tests/cohort/test_reading.py"
_STRUCTURE = "tests/cohort/checks/test_structure.py"
_TRACKING = "tests/tracking/test_runs.py"
_UNITS = "tests/bad_input/test_units.py"
_PAGE = "tests/serving/calculator/test_page.py"
_SIGNATURES = "tests/bundle/test_signatures.py"
_SCORE, _TRAIN = "tests/cli/test_score.py", "tests/cli/test_train.py"
_SERVICE = "tests/serving/http/test_app.py"
_YAML = "tests/test_yaml_strict.py"

# Row: what, outcome, test that pins it.
ELSEWHERE: tuple[tuple[int, str, str, str], ...] = (
    (5, "another encoding, stated", "read", f"{_FILES}::test_5_a_stated_encoding_is_read"),
    (
        5,
        "UTF-8 with letters beyond ASCII where a single-byte encoding is stated",
        "3 ENCODING",
        f"{_FILES}::test_5_a_stated_encoding_that_the_bytes_are_not_is_refused",
    ),
    (
        6,
        "UTF-16 with its mark",
        "read; the output is UTF-16 too",
        f"{_FILES}::test_6_utf_16_is_read_and_written_as_it_came",
    ),
    (
        27,
        "a column of a mapping that the file lacks, where the task does not need it",
        "read: note MISSING_COLUMN",
        f"{_CASES}::test_people_who_have_no_outcome_yet_are_scored_with_the_studys_mapping",
    ),
    (
        27,
        "all columns of a mapping, or one of where",
        "3 MISSING_COLUMN, all names at once",
        f"{_FILES}::test_27_all_lacking_columns_are_named_at_once",
    ),
    (
        27,
        "the variables without which no row can be predicted",
        "3 MISSING_COLUMN, by label",
        f"{_APPLICABILITY}::test_a_file_without_the_variables_that_matter_is_refused_by_their_labels",
    ),
    (
        27,
        "a column that a study makes a variable of",
        "3 MISSING_COLUMN, the column named",
        "tests/learning/test_study_cohort.py"
        "::test_a_column_that_the_study_needs_is_named_and_another_is_not_needed",
    ),
    (
        27,
        "the column of the reference prediction, with a hold-out",
        "3 MISSING_COLUMN before anything is fitted",
        f"{_STUDIES}"
        "::test_a_column_that_only_the_evaluation_needs_is_missed_before_anything_is_fitted",
    ),
    (
        34,
        "rows alike in every mapped column, not in every column of the file",
        "no finding",
        f"{_STRUCTURE}::test_rows_that_differ_in_any_column_of_the_file_are_no_copies",
    ),
    (
        10,
        "decimal commas that the first 64 KiB do not show",
        'rows NOT_A_NUMBER; check and score name `format: {decimal: ","}`',
        "tests/cli/test_cohort_files.py"
        "::test_decimal_commas_behind_the_beginning_are_told_with_the_key_that_reads_them",
    ),
    (
        36,
        "persons who are 1 in one file to join and 1.0 in another",
        "3 ID_SPELLING, with their number",
        "tests/cohort/test_joining.py"
        "::test_persons_that_are_1_in_a_file_and_1_0_in_another_are_refused",
    ),
    (
        50,
        "a code of SPSS or Stata labelled unknown, N/A and the like",
        "missing, as the word is in a cell; None and other labels are no missing",
        "tests/cohort/test_value_labels.py"
        "::test_a_word_for_missing_means_it_as_a_label_and_as_a_cell",
    ),
    (
        50,
        "true and false, in any letter case",
        "read as yes and no",
        "tests/test_values.py::test_false_and_true_are_codes_of_no_and_yes_as_programs_write_them",
    ),
    (
        51,
        "a code of an outcome that is no declared level",
        "an unknown outcome, counted and said; never no event",
        "tests/validation/external/test_cohort.py"
        "::test_codes_of_the_outcome_that_mean_nothing_are_unknown_counted_and_said",
    ),
    (
        57,
        "`validate --predictions`: up to 5 % of the predictions off their scale",
        "reason OUT_OF_RANGE of their rows, counted and said",
        "tests/validation/external/test_cohort.py"
        "::test_a_few_predictions_off_their_scale_are_the_reason_of_their_rows",
    ),
    (
        57,
        "the same: more, percent for risks for instance",
        "3 OUT_OF_RANGE with the first row",
        "tests/validation/external/test_eligibility.py::test_a_risk_may_not",
    ),
    (
        101,
        "`--outcome` in another unit, on another scale or in the other direction than the model's",
        "2 CONFIG with both",
        "tests/validation/external/test_stated_outcome.py"
        "::test_an_outcome_in_another_unit_or_direction_is_refused",
    ),
    (
        51,
        "several other codes where no levels are declared",
        "3 OUTCOME",
        "tests/learning/test_event_codes.py"
        "::test_without_declared_levels_one_other_code_is_no_event_and_several_are_refused",
    ),
    (
        51,
        "a hip replacement that is missing or has an unknown code",
        "an unknown outcome, counted",
        "tests/learning/participants/test_selection.py::test_an_unknown_hip_replacement_is_not_read_as_none",
    ),
    (
        91,
        "a single 2 where no code says no",
        "3 SHIFTED_CODES",
        "tests/cohort/shift/test_unknown_codes.py::test_a_single_2_is_enough_where_no_code_says_no",
    ),
    (
        67,
        "a workbook in which several sheets hold data",
        "3 SHEET, with their names",
        "tests/cohort/files/extra/test_spreadsheet.py::"
        "test_of_several_sheets_with_data_one_is_named",
    ),
    (
        67,
        "a title or merged cells above a sheet's column names",
        "3 HEADER",
        "tests/cohort/files/extra/test_spreadsheet.py::"
        "test_a_first_row_that_names_no_columns_is_refused",
    ),
    (
        67,
        "a damaged SPSS or Stata file",
        "3 STATISTICAL_FILE",
        "tests/cohort/files/extra/test_statistical.py::"
        "test_what_only_begins_as_such_a_file_is_refused",
    ),
    (
        67,
        "a small SPSS file of many wide, blank texts",
        "3 COMPRESSED, from what it states",
        "tests/cohort/files/extra/test_statistical.py::"
        "test_a_small_file_of_many_wide_rows_is_refused",
    ),
    (
        67,
        "Parquet texts stored as differences: a long one many times in a few bytes",
        "read in bounded memory, or 3 FIELD_TOO_LONG",
        "tests/cohort/files/test_parquet_text.py::"
        "test_a_small_file_of_lists_structures_bytes_or_differences_does_not_fill_the_memory",
    ),
    (
        67,
        "a format whose library is not installed",
        "2 EXTRA, with the command that installs it",
        "tests/cohort/files/extra/test_library.py::test_a_library_that_is_not_installed_is_named",
    ),
    (
        70,
        "output within a bundle's folder",
        "5 IO: the bundle would hold what its manifest does not list",
        "tests/cli/test_report.py::test_a_report_within_the_bundle_would_make_it_unreadable",
    ),
    (
        70,
        "output with another suffix",
        "2 USAGE, with those that are written",
        "tests/cli/test_cohort_files.py::test_an_unknown_suffix_is_refused_before_anything_is_read",
    ),
    (
        54,
        "hip flexion in radians",
        "3 UNIT_SUSPECT, radians named",
        f"{_UNITS}::test_54_55_motion_in_radians_is_refused_until_insisted_on",
    ),
    (
        55,
        "internal rotation in radians",
        "3 UNIT_SUSPECT, radians named",
        f"{_UNITS}::test_54_55_motion_in_radians_is_refused_until_insisted_on",
    ),
    (
        54,
        "a patient, or a row, whose angles are all below 3.2 (three or more)",
        "reason UNIT_SUSPECT; 3, 422",
        f"{_UNITS}::test_54_55_a_patient_whose_angles_are_radians_is_refused",
    ),
    (
        57,
        "a share of 0-1 in fewer than 20 rows",
        "warning UNIT_SUSPECT",
        f"{_UNITS}::test_57_shares_in_a_short_file_are_a_warning",
    ),
    (
        56,
        "metres, millimetres, inches, pounds, months, years",
        "UNIT_SUSPECT, the unit named",
        f"{_MOVED}::test_the_likely_scale_is_named",
    ),
    (
        57,
        "ODI as a share, pain of 0-100",
        "UNIT_SUSPECT, the scale named",
        f"{_MOVED}::test_the_likely_scale_is_named",
    ),
    (
        58,
        "body mass index against height and weight",
        "warning INCONSISTENT",
        f"{_CHECKING}::test_a_body_mass_index_that_does_not_fit_is_a_warning",
    ),
    (
        58,
        "flexion less than the contracture",
        "warning INCONSISTENT",
        f"{_CHECKING}::test_flexion_that_does_not_reach_the_contracture_is_a_warning",
    ),
    (70, "output that exists", "2 EXISTS", f"{_SCORE}::test_score_does_not_overwrite"),
    (70, "output that is the input", "2 SAME_FILE", f"{_SCORE}::test_score_does_not_overwrite"),
    (
        70,
        "output that is a device, a pipe, a folder or a link",
        "5, left as it is, even with --force",
        f"{_OUTPUT}::test_70_what_is_no_plain_file_is_never_replaced",
    ),
    (
        70,
        "output -",
        "2 USAGE, no file of that name",
        f"{_OUTPUT}::test_70_standard_output_is_no_file_called_minus",
    ),
    (
        71,
        "the disk is full under the output",
        "5, the old output stays",
        f"{_OUTPUT}::test_71_a_disk_that_refuses_leaves_the_old_output",
    ),
    (
        71,
        "standard output is closed or full",
        "0 or 5",
        f"{_MAIN}::test_a_full_disk_under_the_output_is_5",
    ),
    (
        72,
        "kill -9, Ctrl-C, SIGTERM and SIGHUP while scoring",
        "no output file; 130",
        f"{_OUTPUT}::test_72_killed_while_scoring_leaves_no_output",
    ),
    (
        72,
        "scoring killed at random moments, then once more",
        "the same bytes, nothing left behind",
        f"{_OUTPUT}::test_72_scoring_killed_at_random_moments_loses_nothing_and_leaves_nothing",
    ),
    (72, "Ctrl-C", "no output, nothing left", f"{_OUTPUT}::test_72_an_interrupt_leaves_nothing"),
    (
        73,
        "a file that changes while it is read",
        "3 INPUT_CHANGED",
        f"{_READING}::test_73_a_file_that_changes_is_refused",
    ),
    (
        73,
        "a file that is rewritten in place while it is read, of the same size, its time restored",
        "3 INPUT_CHANGED",
        f"{_READING}::test_73_a_file_that_was_rewritten_in_place_with_its_time_restored_is_refused",
    ),
    (
        73,
        "a mapping or dictionary that changes while a study reads its cohort",
        "3 INPUT_CHANGED",
        "tests/planning/test_checking.py"
        "::test_a_mapping_that_changes_while_the_cohort_is_read_is_refused",
    ),
    (74, "YAML tags", "2 CONFIG with the line", f"{_YAML}::test_what_is_not_strict_is_refused"),
    (
        75,
        "YAML with a key twice",
        "2 DUP_KEY with the line",
        f"{_YAML}::test_what_is_not_strict_is_refused",
    ),
    (
        76,
        "YAML 1e-3, no, 010, 1:30",
        "read in one way, 010 refused",
        f"{_YAML}::test_numbers_are_numbers_and_times_are_text",
    ),
    (
        77,
        "YAML aliases, depth, size",
        "2 CONFIG",
        f"{_YAML}::test_an_alias_bomb_is_refused_before_it_is_built",
    ),
    (
        78,
        "unknown key, impossible setting",
        "2 CONFIG with the key",
        f"{_TRAIN}::test_a_config_that_breaks_a_rule_names_the_key",
    ),
    (
        78,
        "a draft with an open question in place of a value",
        "2 UNDECIDED with the key and its line",
        "tests/cli/test_init.py::test_a_draft_is_refused_until_it_is_decided",
    ),
    (
        78,
        "guesses of a draft that nobody confirmed (`# DECIDE` comments)",
        "warning UNDECIDED_LINES, once a file",
        "tests/cli/test_study_options.py"
        "::test_guesses_of_drafts_that_nobody_confirmed_are_said_once_a_file",
    ),
    (
        78,
        "`missing` inside `items` of a mapping, `coded` beside them",
        "2 CONFIG with the key and where it belongs",
        "tests/cohort/test_mapping.py::test_what_stands_beside_items_and_inside_them_is_said",
    ),
    (
        78,
        "another file as REDCap's data dictionary",
        "3 MISSING_COLUMN",
        "tests/cohort/drafts/redcap/test_data_dictionary.py::test_another_file_is_refused",
    ),
    (
        79,
        "the outcome among the predictors",
        "2 CONFIG",
        f"{_TRAIN}::test_a_config_that_breaks_a_rule_names_the_key",
    ),
    (
        79,
        "an own candidate: no such package, class or setting; a classifier of a score; no "
        "scikit-learn estimator",
        "2 EXTRA, CONFIG with the key and the nearest name, before the cohort is read",
        "tests/learning/own/test_estimator.py"
        "::test_a_class_that_does_not_do_is_refused_with_what_to_do",
    ),
    (
        79,
        "an own candidate: a value that it refuses, other predictions each time, settings that no "
        "sheet can hold; benchmarks alone",
        "2 CONFIG, NOT_PORTABLE with what to do",
        "tests/learning/own/test_checking.py"
        "::test_a_value_that_the_class_refuses_is_told_in_its_words",
    ),
    (
        79,
        "`rebuild` of a bundle whose study imports another package",
        "2 IMPORT_NOT_ALLOWED with the option that allows it",
        "tests/test_own_candidates.py::test_a_bundle_imports_no_package_without_consent",
    ),
    (
        79,
        "a predictor that copies the outcome",
        "warning LEAKAGE_SUSPECT",
        f"{_STRUCTURE}::test_a_followup_that_nearly_copies_another_score_is_suspect",
    ),
    (
        80,
        "hips without their person",
        "error TWO_HIPS_NO_PERSON",
        f"{_CHECKING}::test_two_hips_without_their_person_are_an_error",
    ),
    (80, "folds that split a person", "never", f"{_FOLDS}::test_no_fold_splits_a_person"),
    (
        81,
        "an outcome outside outcome.bounds, in a study",
        "3 OUTCOME, or as cohort.on_invalid says: an unknown outcome, or its row left out; counted",
        "tests/learning/participants/test_selection.py"
        "::test_or_it_is_unknown_or_its_row_left_out_and_counted",
    ),
    (
        81,
        "a constant outcome, too few people",
        "3 OUTCOME",
        f"{_TRAIN}::test_train_refuses_a_cohort_that_cannot_teach",
    ),
    (
        82,
        "a constant or empty predictor",
        "CONSTANT, ALL_MISSING",
        f"{_CHECKING}::test_missing_constant_and_empty_columns_are_said",
    ),
    (
        82,
        "the same number twice",
        "warning DUPLICATE_COLUMN",
        f"{_STRUCTURE}::test_a_number_that_is_the_same_in_every_row_is_a_duplicate",
    ),
    (
        83,
        "a search resumed with another study",
        "not resumed",
        f"{_TUNING}::test_a_search_of_another_study_is_not_resumed",
    ),
    (
        84,
        "two first uses of one store",
        "both succeed",
        f"{_TRACKING}::test_two_first_uses_of_an_empty_store_both_succeed",
    ),
    (
        85,
        "a broken store of trials, a damaged page of it, a trial or part of one lost",
        "5, and how to go on",
        f"{_TUNING}::test_a_broken_store_is_an_io_error",
    ),
    (
        86,
        "REST: no JSON, NaN, nesting, size, content type",
        "400, 413, 415, 422",
        f"{_SERVICE}::test_bad_input_gets_a_refusal_with_its_status",
    ),
    (
        87,
        "FHIR: a length, weight, angle or time without a unit",
        "not used, with its reason",
        f"{_OBSERVATIONS}::test_an_angle_needs_its_unit",
    ),
    (
        87,
        "FHIR: a score as an integer, as digits in a text, without a unit",
        "read",
        f"{_OBSERVATIONS}::test_a_score_needs_no_unit",
    ),
    (
        87,
        "FHIR: an OperationOutcome in place of a record",
        "3 or 422 OPERATION_OUTCOME",
        f"{_BUNDLES}::test_an_outcome_in_place_of_a_record_is_said_as_what_it_is",
    ),
    (
        87,
        "FHIR: a Bundle with further pages",
        "answered, and said to be incomplete",
        f"{_BUNDLES}::test_further_pages_leave_a_record_incomplete_unless_the_newest_came_first",
    ),
    (
        87,
        "FHIR: a record of more than 16 MiB",
        "3 or 413 TOO_LARGE",
        "tests/cli/test_patient_record.py::test_a_record_has_its_bound_and_must_be_there",
    ),
    (
        88,
        "a terminal of ASCII alone",
        "replaced",
        f"{_MAIN}::test_output_that_ascii_cannot_hold_is_replaced",
    ),
    (
        89,
        "a decimal comma in the locale",
        "always a point",
        f"{_OUTPUT}::test_89_90_a_strange_environment_changes_no_byte",
    ),
    (
        90,
        "no HOME, no TZ, LANG=C",
        "the same bytes, nothing written elsewhere",
        f"{_OUTPUT}::test_89_90_a_strange_environment_changes_no_byte",
    ),
    (
        91,
        "codes or directions reversed against training",
        "CODING_SUSPECT, DIRECTION_SUSPECT",
        "tests/cohort/shift/test_reversed_scales.py"
        "::test_swapped_codes_of_a_fair_share_are_seen_by_their_correlations",
    ),
    (
        91,
        "an outcome that falls as its baseline rises, in train and validate",
        "warning DIRECTION_SUSPECT",
        "tests/cohort/shift/test_reversed_scales.py"
        "::test_an_outcome_that_falls_as_its_baseline_rises_is_suspect",
    ),
    (
        91,
        "1 and 2 for 0 and 1 in check",
        "error SHIFTED_CODES",
        f"{_CHECKING}::test_codes_shifted_by_one_are_named_with_both_readings",
    ),
    (
        91,
        "items coded 1 to 5 where 0 to 4 are expected, in every command",
        "error ITEM_CODING; without a 5 a warning; read once coded: [1, 5] is stated",
        f"{_ITEM_CHECKS}::test_codes_that_run_otherwise_are_a_finding",
    ),
    (
        91,
        "items in words, reversed, with codes that are no steps of 1",
        "read as the mapping declares",
        f"{_CELLS}::test_items_in_any_declared_coding_give_the_published_score",
    ),
    (
        91,
        "one answer off its item's scale",
        "reason OFF_SCALE of that row; the others are read",
        f"{_CELLS}::test_an_answer_off_its_scale_is_the_reason_of_its_row_and_once",
    ),
    (
        91,
        "an extension with the other sign, reverse: true",
        "negated",
        f"{_CELLS}::test_reverse_negates_an_angle_and_mirrors_a_bounded_score",
    ),
    (
        91,
        "reverse of an age or a height",
        "2 CONFIG with the key",
        "tests/cohort/test_mapping.py"
        "::test_a_mapping_that_makes_no_sense_is_refused_by_key_and_line",
    ),
    (
        39,
        "None beside answers in words, undecided",
        "3 AMBIGUOUS_CODE; among levels such as mild and severe UNKNOWN_CATEGORY",
        f"{_CELLS}::test_none_among_answers_in_words_is_undecided_until_the_mapping_says",
    ),
    (
        39,
        ".A, .M: Missing and the like in files of labelled codes",
        "missing",
        f"{_CELLS}::test_the_missing_codes_of_labelled_files_are_missing",
    ),
    (
        92,
        "stacked imputations, their column not named",
        "error STACKED_IMPUTATIONS",
        f"{_CHECKING}::test_stacked_imputations_are_refused_unless_named",
    ),
    (
        92,
        "the same given to `drift`",
        "3 STACKED_IMPUTATIONS",
        "tests/cli/test_drift.py"
        "::test_stacked_imputations_that_no_mapping_declares_are_not_counted_as_people",
    ),
    (
        92,
        "stacked imputations, their column named",
        "`validate`, `update` and `associate` pool",
        "tests/cli/test_lifecycle.py::test_stacked_imputations_are_pooled_over_persons",
    ),
    (
        92,
        "the same given to `train`, `compare`, `samplesize`, `drift`",
        "2 STACKED_ROWS",
        "tests/cli/test_lifecycle.py::test_drift_does_not_pool_and_refuses_a_stack",
    ),
    (
        92,
        "an imputation that the file lacks",
        "3 MISSING_IMPUTATION",
        "tests/cohort/test_imputations.py::test_an_imputation_that_the_file_lacks_is_refused",
    ),
    (
        92,
        "imputations of other persons, or of unequal length",
        "3 STACKED_ROWS",
        "tests/cohort/test_imputations.py::test_other_persons_in_another_imputation_are_refused",
    ),
    (
        92,
        "cases and controls: a prevalence in percent, or of a score",
        "2 USAGE",
        "tests/cli/test_lifecycle.py::test_a_prevalence_that_cannot_be_is_refused",
    ),
    (
        78,
        "a threshold of 0 or 1, .inf or .nan in a config",
        "2 CONFIG with the key, before a file is read",
        "tests/config/test_settings.py::test_a_broken_rule_is_refused",
    ),
    (
        92,
        "cases and controls in a study that is fitted",
        "2 CONFIG",
        "tests/config/test_cohort.py::test_nothing_is_fitted_to_cases_and_controls",
    ),
    (
        93,
        "30 February, day before month",
        "error NOT_A_DATE",
        f"{_READING}::test_93_a_day_that_is_no_day_is_a_problem",
    ),
    (
        93,
        "follow-up before the first visit",
        "error FOLLOWUP_BEFORE_BASELINE",
        f"{_CHECKING}::test_followup_before_baseline_is_an_error",
    ),
    (
        93,
        "a date in the future",
        "warning FUTURE_DATE",
        f"{_CHECKING}::test_a_date_after_today_is_a_warning",
    ),
    (
        94,
        "`validate` of a cohort without the outcome",
        "3 MISSING_COLUMN; with `--expected` it is read: what the model expects",
        "tests/cli/test_expected.py::test_a_cohort_without_the_outcome_is_told_what_to_expect",
    ),
    (
        94,
        "`--expected`: some outcomes known",
        "read: counted, and not looked at",
        "tests/cli/test_expected.py"
        "::test_a_cohort_with_some_outcomes_counts_them_and_looks_at_none",
    ),
    (
        94,
        "`--expected`: every row refused, or fewer than 20 with a prediction",
        "3 TOO_FEW with the reasons; `drift` says it in place of the figures",
        "tests/cli/test_expected.py::test_everybody_refused_is_a_refusal_with_the_reasons",
    ),
    (
        94,
        "`--expected` with `--by`, `--development` or `--prevalence`",
        "2 USAGE: they need outcomes",
        "tests/cli/test_expected.py::test_what_needs_outcomes_is_refused",
    ),
    (
        94,
        "`validate --reference`: a column that is absent, or on another scale",
        "3 MISSING_COLUMN; 3 OUT_OF_RANGE with the first row",
        "tests/validation/external/test_reference.py"
        "::test_a_value_off_the_scale_is_no_prediction_and_many_are_another_scale",
    ),
    (
        94,
        "`validate --reference`, `validate` or `update --predictions`: "
        "a category, an identifier, a date",
        "3 NOT_A_NUMBER with the column",
        "tests/cli/test_validate.py::test_a_column_that_holds_no_numbers_is_no_prediction",
    ),
    (
        94,
        "the outcome itself as `validate --reference` or `--predictions`, "
        "`validation.reference_prediction`",
        "3 OUTCOME with the column; 2 CONFIG of a config",
        "tests/cli/test_validate.py::test_the_outcome_is_no_reference_prediction_of_itself",
    ),
    (
        57,
        "an outcome on another scale within its bounds, `validate`, `update`",
        "3 UNIT_SUSPECT beside the development cohort; a warning beside the baseline alone",
        "tests/validation/external/test_cohort.py"
        "::test_an_outcome_on_another_scale_within_its_bounds_is_refused_as_a_predictor_is",
    ),
    (
        57,
        "a column of predictions on another scale than the outcome, within its bounds",
        "3 UNIT_SUSPECT, the scale named",
        "tests/cli/test_validate.py::test_a_share_is_no_prediction_of_a_score",
    ),
    (
        101,
        "`update --by-site` of a cohort without sites",
        "3 MISSING_COLUMN with the file",
        "tests/cli/test_update.py::test_by_site_of_a_cohort_without_sites_is_the_fault_of_the_file",
    ),
    (
        94,
        "`validate --reference`: `--expected`, cases and controls, stacked imputations",
        "2 USAGE, 2 STACKED_ROWS: it is not compared",
        "tests/cli/test_validate.py::test_a_reference_that_cannot_be_compared_is_refused",
    ),
    (
        94,
        "`models --compare`: a bundle that is not there; the same bundle twice",
        "4 NO_BUNDLE; 2 SAME_BUNDLE",
        "tests/cli/test_models.py::test_a_study_beside_itself_and_beside_none_is_refused",
    ),
    (
        94,
        "`models --compare`: another outcome, or other people",
        "read: said, and no difference is given",
        "tests/evidence/test_study_comparison.py"
        "::test_other_outcomes_and_other_people_are_said_and_not_subtracted",
    ),
    (
        94,
        "`models --compare --cohort`: models of other outcomes",
        "2 OTHER_OUTCOME; 3 where the outcome is not read alike for both",
        "tests/cli/test_models.py::test_models_of_other_outcomes_have_no_common_cohort",
    ),
    (
        94,
        "`models --compare --cohort`: no outcome; nobody whom both can score; fewer than 20",
        "3 MISSING_COLUMN; 3 NO_COMMON_PEOPLE; 3 TOO_FEW",
        "tests/validation/external/test_reference.py"
        "::test_no_common_people_and_too_few_are_refused",
    ),
    (
        94,
        "`models --cohort` without `--compare`, `--mapping` without `--cohort`",
        "2 USAGE",
        "tests/cli/test_models.py::test_options_that_would_be_left_unused_are_refused",
    ),
    (
        94,
        "calibration by site: fewer than three sites that are large enough",
        "the other figures, and a remark with how many sites can have a curve",
        "tests/validation/external/test_sites.py::test_too_few_large_sites_are_said",
    ),
    (
        94,
        "fewer people than a study needs",
        "3",
        f"{_FOLDS}::test_too_few_people_for_the_folds_are_refused",
    ),
    (95, "an unusable tracking store", "5", f"{_TRAIN}::test_an_unusable_store_is_an_io_error"),
    (
        97,
        "FHIR: two values at one time, another patient's, a unit of another kind",
        "not used, with its reason",
        "tests/serving/fhir/test_cds_hooks.py"
        "::test_an_observation_that_cannot_be_used_is_missing_with_its_reason",
    ),
    (
        97,
        "FHIR: an answer to an item that is not declared, off its scale, or one of several",
        "no score, with its reason",
        "tests/serving/fhir/test_questionnaires.py"
        "::test_one_answer_that_cannot_be_read_leaves_no_score",
    ),
    (
        98,
        "page: a comma, a script, a reload",
        "text stays text",
        f"{_PAGE}::test_a_wrong_value_gets_a_message_beside_its_field_and_no_answer",
    ),
    (
        99,
        "Python: dicts, frames of every kind, no rows, threads, fork",
        "the same answers",
        f"{_PYTHON}::test_99_every_kind_of_frame_gives_the_same_answers",
    ),
    (
        99,
        "a frame for an estimator: dates, mixed types, names as levels, infinity",
        "InputError with the column and the position",
        f"{_COLUMNS}::test_what_is_neither_a_number_nor_a_category_is_refused",
    ),
    (
        99,
        "a frame for an estimator: a value outside of the dictionary's range",
        "InputError in fit and predict; `dictionary=None` takes it",
        f"{_ESTIMATORS}::test_a_value_that_a_score_would_refuse_is_refused_when_predicting",
    ),
    (
        99,
        "a frame for an estimator: a level that nobody had when fitting",
        "InputError with the levels; imputed where it is asked for",
        f"{_ESTIMATORS}::test_a_level_that_nobody_had_is_refused_or_imputed",
    ),
    (
        100,
        "a model of simulated people",
        "said in every answer",
        f"{_PYTHON}::test_100_a_simulated_model_says_so_everywhere",
    ),
    (
        101,
        "own variables: a name that is taken, a range or levels that contradict themselves",
        "2 CONFIG with the variable, the key and the line",
        f"{_OWN}::test_what_contradicts_itself_is_refused_with_the_line",
    ),
    (
        101,
        "another kind, unit or direction for a packaged variable",
        "2 CONFIG; its range, levels or label: read, note DICTIONARY_CHANGED",
        f"{_OWN}::test_what_is_said_anew_is_a_finding",
    ),
    (
        101,
        "a sheet of 200,000 draws for missing values, or of too many refits, trees or nodes",
        "4 TOO_LARGE with both numbers, before any is built",
        "tests/sheet/document/test_limits.py::test_more_than_a_sheet_may_hold_is_refused_at_once",
    ),
    (
        36,
        "a formula behind Unicode spaces, a byte order mark, control characters; small, full-width "
        "and true minus signs",
        "an apostrophe before it in the output; numbers stay numbers",
        "tests/cohort/test_formulas.py"
        "::test_what_nobody_sees_before_a_formula_hides_it_from_nobody",
    ),
    (
        36,
        "a formula in a cell or a column's name that `join` writes, in a level or a name of a "
        "table of results, in a model's variable",
        "an apostrophe before it; a sign alone and dashes stay",
        "tests/cohort/test_joining.py::test_what_a_spreadsheet_would_run_is_guarded_and_counted",
    ),
    (
        101,
        "a bundle with new hashes whose parts contradict each other, or with an unexpected hash",
        "4 CONTRADICTION with the part and the key; 4 OTHER_BUNDLE with both hashes",
        "tests/bundle/test_agreement.py::test_two_parts_of_a_fitted_model_that_differ",
    ),
    (
        101,
        "`--trusted-key`: a bundle that nobody signed, or somebody else, or was changed since",
        "4 NOT_SIGNED, OTHER_KEY with both fingerprints, or SIGNATURE",
        f"{_SIGNATURES}::test_a_part_that_was_changed_and_sealed_anew_is_refused",
    ),
    (
        101,
        "a signature of another bundle, damaged, of another form, a link, too large, one of many",
        "4 SIGNATURE, EXTRA_FILE or TOO_LARGE",
        f"{_SIGNATURES}::test_a_signature_of_another_bundle_does_not_fit",
    ),
    (
        101,
        "a key of another type, the wrong half of a pair, torn, a pipe, without its pass phrase",
        "2 KEY with what is wrong",
        "tests/bundle/test_keys.py::test_a_key_of_another_type_is_refused",
    ),
    (
        101,
        "a private key that others may read or change",
        "2 KEY_PERMISSIONS",
        "tests/bundle/test_keys.py::test_a_private_key_that_others_may_read_is_refused",
    ),
    (
        101,
        "two dictionaries, in config and mapping, that contradict each other",
        "2 CONFIG with the variables",
        f"{_OWN}::test_a_mapping_that_contradicts_the_study_is_refused",
    ),
    (
        101,
        "a cohort in Python that is neither a data frame nor a path: a list, a dict, an array",
        "3 NOT_A_TABLE with its type",
        "tests/cohort/files/test_data_frame.py::test_what_is_no_table_is_refused",
    ),
    (
        101,
        "a data frame with a column name twice, of which a variable would be made",
        "3 DUP_COLUMN with both columns; elsewhere in the frame: read",
        "tests/cohort/files/test_data_frame.py::test_a_column_twice_is_refused_where_it_is_read",
    ),
    (
        101,
        "a data frame whose index has patients' numbers",
        "read; letters give the position of a row, never a label",
        "tests/api/test_validating.py::test_a_letter_gives_positions_and_no_label",
    ),
    (
        101,
        "a fitted model of another library that a sheet cannot hold (three classes, another link, "
        "splits on categories, DART, too large, ...)",
        "2 NOT_PORTABLE with what is not supported and what to do",
        "tests/learning/foreign/test_conversion.py::test_more_than_two_classes_are_refused",
    ),
    (
        101,
        "`to_sheet` with data that are not the model's: texts, a column that does not vary, other "
        "labels, other inputs",
        "3 NOT_A_NUMBER, CONSTANT, OUTCOME, or 2 NOT_PORTABLE, with the column",
        "tests/estimators/test_other_libraries.py::test_data_that_are_not_the_models_are_refused",
    ),
    (
        101,
        "`kind` or `hard` in a mapping",
        "2 CONFIG: the key belongs into the dictionary",
        f"{_STUDIES}::test_a_mapping_cannot_say_what_a_variable_is",
    ),
    (
        101,
        "subgroups, strata, clusters or a control that the cohort lacks, or that are numbers",
        "2 CONFIG with the key, before anything is fitted",
        "tests/evidence/test_declared_parts.py"
        "::test_a_part_of_what_the_cohort_lacks_is_refused_before_anything_is_fitted",
    ),
    (
        101,
        "`where` or `develop` with no level, a list in place of `provenance`",
        "2 CONFIG with the key and the line",
        "tests/cohort/test_mapping.py"
        "::test_an_empty_list_or_a_list_in_place_of_a_word_is_refused_with_its_line",
    ),
    (
        101,
        "one code with two meanings (`1` and `1.0`), a level named under its variable's `missing`, "
        "`from_range` beside `items`, a unit, range or levels beside `value`",
        "2 CONFIG with the key and the line",
        f"{_MAPPING}::test_keys_that_exclude_each_other_are_refused_with_key_and_line",
    ),
    (
        101,
        "derived features in a circle, of a text, of a level that nobody has",
        "2 CONFIG with the feature",
        "tests/features/test_derived.py::test_what_cannot_be_computed_is_refused",
    ),
    (
        101,
        "an ordinal model of a binary outcome, `tuning.loss: crps` of one",
        "2 CONFIG before a file is read",
        "tests/config/test_settings.py::"
        "test_a_binary_outcome_has_neither_an_ordinal_model_nor_a_crps",
    ),
    (
        101,
        "an ordinal model of an outcome without `bounds`",
        "2 CONFIG before a file is read",
        "tests/config/test_settings.py::test_an_ordinal_model_needs_a_bounded_score",
    ),
    (
        101,
        "an ordinal model of an outcome with more than 1,000 different values",
        "2 CONFIG with both numbers, before anything is fitted",
        "tests/evidence/test_declared_parts.py::"
        "test_an_outcome_of_too_many_values_has_no_ordinal_model",
    ),
    (
        101,
        "`update --method reestimate` of an ordinal model",
        "3 METHOD with what can be fitted",
        "tests/validation/updating/test_ordinal.py::"
        "test_coefficients_of_an_ordinal_model_are_not_re_estimated",
    ),
    (
        101,
        "`sites: random` or `named` beside a model type without intercepts of sites, `site` in a "
        "block, an `l1_share` of `logistic`; `named` with `tuning.group_by: site`",
        "2 CONFIG before a file is read",
        "tests/config/test_sites.py::test_what_does_not_go_with_site_effects_is_refused",
    ),
    (
        101,
        "`sites: random` or `named`: a cohort without `site`",
        "2 CONFIG with what to map, before anything is fitted",
        "tests/learning/sites/test_levels.py::test_cohort_without_site_is_refused",
    ),
    (
        101,
        "`sites: random` or `named`: all people with a known outcome of one site",
        "3 FEW_SITES, before anything is fitted",
        "tests/learning/sites/test_levels.py::test_one_site_is_refused",
    ),
    (
        101,
        "`sites: random` or `named`: sites more than half as many as people",
        "3 MANY_SITES with both numbers: the column may be one of persons",
        "tests/learning/sites/test_levels.py::test_sites_that_may_be_persons_are_refused",
    ),
    (
        101,
        "`sites: random` or `named`: fewer than 5 sites",
        "fitted; FEW_SITES at the start, a warning",
        "tests/evidence/test_early_findings.py::test_few_sites_are_said_where_they_have_intercepts",
    ),
    (
        101,
        "Python, metrics: lengths that differ, missing values, risks outside 0 to 1, one class, "
        "texts, `predict_proba` as a whole, the same index in another order",
        "`InputError` with the argument and the first position",
        "tests/metrics/evaluation/test_predictions.py::test_bad_input_is_refused_with_the_rule",
    ),
    (
        101,
        "Python, an estimator judged: rows that do not match, unknown outcomes, one class or three",
        "`InputError` with the argument and the first position",
        "tests/validation/estimators/test_development.py::test_bad_input_is_refused",
    ),
    (
        101,
        "Python, an estimator judged: a class, no `predict_proba`, an event that is not said",
        "`ConfigError` with what to do",
        "tests/validation/estimators/test_development.py::test_what_cannot_be_judged_is_refused",
    ),
    (
        101,
        "Python, an estimator judged: a resample on which it cannot be fitted",
        "left out and counted; more than a tenth: `InputError`, without a cell",
        "tests/validation/estimators/test_internal.py"
        "::test_refused_resamples_are_counted_and_too_many_end_it_without_a_cell",
    ),
    (
        101,
        "people of an unknown site",
        "counted with everybody; no site and no subgroup of their own",
        "tests/evidence/test_parts.py::test_people_of_an_unknown_site_are_no_group_of_their_own",
    ),
    (
        101,
        "a sheet with sites by name: a site that it does not know",
        "predicted for the mean site, flag NEW_SITE",
        "tests/serving/http/test_app.py::test_a_new_site_is_answered_with_a_flag",
    ),
    (
        101,
        "`update --by-site` of an ordinal model, of one with named sites, with another method",
        "2 CONFIG with the option",
        "tests/validation/updating/test_by_site.py"
        "::test_what_cannot_be_recalibrated_by_site_is_refused",
    ),
    (
        101,
        "a negative penalty, no trees, a share above 1 or an empty list in `families`",
        "2 CONFIG with the key and its limits, before a file is read",
        "tests/config/test_searching.py::test_what_no_model_can_be_fitted_with_is_refused",
    ),
    (
        101,
        "`samplesize --external` of risks that give everybody, or nobody, the event",
        "2 CONFIG before anything is read",
        "tests/inference/samplesize/test_population.py::test_risks_of_a_sure_event_are_refused",
    ),
    (
        101,
        "a variable of a kind that its role cannot use, an event that is no level",
        "2 CONFIG before a file is read",
        "tests/features/test_roles.py::test_a_variable_of_the_wrong_kind_is_refused",
    ),
    (
        79,
        "an own candidate whose setting needs more people or inputs than the smallest "
        "part of the study has (170 neighbours in folds of 163)",
        "2 CONFIG with families.NAME and the settings, before the first fit",
        "tests/planning/test_training_parts.py::"
        "test_a_candidate_that_the_folds_are_too_small_for_is_told_before_the_first_fit",
    ),
    (
        79,
        "a predictor that others determine, or that does not vary in a fold, beside a penalty of 0",
        "3 DEGENERATE with its name, before the first fit; a finding where there is a penalty",
        "tests/planning/test_redundancy.py::test_without_a_penalty_it_is_refused_by_name",
    ),
    (
        79,
        "a benchmark that fails on the real people all the same",
        "left out of the comparison with the type of the exception; the study goes on",
        "tests/learning/test_model_choice.py::"
        "test_a_benchmark_that_fails_in_the_folds_is_left_out_and_a_candidate_is_told",
    ),
    (
        72,
        "a process killed while it wrote (SIGKILL, out of memory)",
        "its hidden `.part` file or `.writing-*` folder goes with the next writer to the "
        "folder; a live process's never does",
        "tests/processes/test_scratch.py::"
        "test_rows_of_patients_that_a_killed_writer_left_go_with_the_next",
    ),
    (
        72,
        "`train --workers 2` killed",
        "its workers end too",
        "tests/processes/test_parent.py::test_no_worker_outlives_a_killed_parent",
    ),
    (
        84,
        "two `train` of one name at once",
        "the second says for whom it waits, then 5 STUDY_RUNNING; the first's search stays",
        "tests/planning/test_one_at_a_time.py::"
        "test_the_second_train_waits_and_refuses_and_the_first_keeps_its_search",
    ),
    (
        84,
        "`--cluster` with another form of address, or a user; Dask is not installed",
        "2 CLUSTER_ADDRESS without the password, 2 EXTRA, before anything is read",
        "tests/cli/test_cluster.py::"
        "test_an_address_of_another_form_is_refused_before_anything_is_read",
    ),
    (
        84,
        "`--cluster` where nobody answers, or somebody who is no scheduler",
        "5 CLUSTER_UNREACHABLE within 10 s, nothing written",
        "tests/parallel/cluster/test_opening.py::test_somebody_who_is_no_scheduler_is_told_in_time",
    ),
    (
        84,
        "a cluster without workers, or of other versions",
        "5 NO_WORKERS after 10 s, 5 CLUSTER_VERSIONS with what it has",
        "tests/parallel/cluster/test_versions.py::test_a_worker_that_differs_is_refused",
    ),
    (
        84,
        "a worker of a cluster killed at work",
        "nothing is lost, the same bytes; 5 WORKER_LOST where one part ends worker after worker",
        "tests/cli/test_cluster.py::test_a_worker_killed_in_a_study_changes_no_byte_of_its_model",
    ),
    (
        84,
        "the scheduler of a cluster goes away midway",
        "5 CLUSTER_LOST; `--resume` goes on",
        "tests/parallel/cluster/test_work.py::"
        "test_the_last_worker_killed_loses_nothing_once_there_is_another",
    ),
    (
        84,
        "the scheduler lost in a study, which is then resumed without a cluster",
        "5 CLUSTER_LOST; then the bundle of an undisturbed run",
        "tests/cli/test_cluster.py::"
        "test_a_study_whose_scheduler_is_lost_is_resumed_to_the_same_model",
    ),
    (
        84,
        "`train` into a file system without locks",
        "warning NO_FILE_LOCKS, goes on",
        "tests/planning/test_one_at_a_time.py::test_a_file_system_without_locks_is_told",
    ),
    (
        84,
        "`HIPRISK_TUNING_STORAGE` with a wrong password, without database, driver, right to make "
        "tables, or a server that answers",
        "5 IO (2 EXTRA without driver) before any work, without the password",
        "tests/databases/test_postgres.py::"
        "test_what_is_wrong_with_an_address_is_told_without_its_password",
    ),
    (
        84,
        "`HIPRISK_TUNING_STORAGE` or `MLFLOW_TRACKING_URI` `postgres://` and `postgresql://`",
        "read with the driver psycopg; 2 CONFIG for another driver, or a port that is no number",
        "tests/databases/test_address.py::test_the_form_that_hosts_hand_out_gets_the_driver",
    ),
    (
        84,
        "`HIPRISK_TUNING_STORAGE` that is no PostgreSQL address",
        "2 CONFIG",
        "tests/learning/tuning/test_server.py::test_the_environment_says_where_trials_are",
    ),
    (
        84,
        "a database server of the tuning that goes away midway",
        "5 IO; `--resume` goes on to the same trials",
        "tests/learning/tuning/test_server.py::"
        "test_a_server_that_goes_away_midway_is_a_letter_and_the_search_goes_on_later",
    ),
    (
        84,
        "one study on two machines with one database for its trials",
        "the second waits, then 5 STUDY_RUNNING",
        "tests/planning/test_one_at_a_time.py::"
        "test_a_study_on_a_database_server_is_run_once_whatever_its_folder",
    ),
    (
        84,
        "`MLFLOW_TRACKING_URI` of a PostgreSQL server: wrong password, no database, tables of "
        "another version, deleted experiment",
        "5 IO (2 CONFIG of the experiment) before any work, without the password",
        "tests/tracking/test_postgres_store.py::test_what_is_wrong_is_told_before_any_work",
    ),
    (
        84,
        "two first uses of an empty PostgreSQL database by MLflow at once",
        "one after the other",
        "tests/tracking/test_postgres_store.py::test_two_first_uses_at_once_both_have_their_run",
    ),
    (
        84,
        "a database server of MLflow's that is killed midway",
        "the study goes on, 5 IO at its end; the run is told KILLED later",
        "tests/tracking/test_postgres_store.py::"
        "test_a_server_that_dies_midway_costs_the_run_which_is_told_so_later",
    ),
    (
        84,
        "an `mlflow.db` that another program keeps locked, before the work",
        "waits for 30 s and says so, then 5 IO",
        "tests/tracking/test_store_before_a_run.py::"
        "test_a_store_that_another_program_writes_to_is_waited_for",
    ),
    (
        84,
        "the same at the end of a study",
        "the bundle is whole, 5 IO with the reason",
        "tests/tracking/test_lost_runs.py::"
        "test_a_store_locked_at_the_end_costs_the_run_and_says_why",
    ),
    (
        84,
        "a store lost while a bundle was logged, then `hiprisk track`",
        "one finished run and one registered version; the other run is told FAILED",
        "tests/tracking/test_lost_runs.py::"
        "test_a_bundle_whose_store_was_lost_midway_is_completed_without_doubles",
    ),
    (
        84,
        "`hiprisk track` twice of one bundle",
        "the second names the first's run; runs that failed or were killed do not count",
        "tests/tracking/test_lost_runs.py::"
        "test_a_bundle_is_logged_once_and_a_run_that_was_killed_does_not_count",
    ),
    (
        84,
        "a clock that is set back while a study runs",
        "its run ends after it began, by a clock that nobody sets",
        "tests/tracking/test_lost_runs.py::"
        "test_a_run_ends_after_it_began_though_the_clock_was_set_back",
    ),
    (
        84,
        "an MLflow run left RUNNING by a dead process, in a container too",
        "marked as KILLED by the next run",
        "tests/tracking/test_runs.py::test_a_run_of_a_dead_process_is_marked_as_killed",
    ),
)

LEFT_OUT: dict[int, str] = {
    59: "a sheet has no eligibility rules yet: side and unilateral models are not told apart",
    61: "a sheet has no eligibility rules yet; ages outside training are flagged EXTRAPOLATION",
    **dict.fromkeys(range(62, 67), "bundles: `tests/bundle`"),
    96: "the middleware of the service: `tests/serving/http/test_middleware.py`",
}
# 101: own variables, which the matrix did not know.
ALL_ROWS = frozenset(range(1, 102))
