from tests.worked_example import all_configs, config_name, config_of
from views import configs


def test_a_config_as_it_is_typed_means_the_same_config() -> None:
    for config in all_configs():
        assert config_of(configs.typed(config_name(config))) == config


def test_all_but_one_win_is_typed_by_the_one() -> None:
    others = "solver_body_cache,validation_cache,early_exit,dsl_cache"
    assert configs.typed(others) == "all-batch_validation"
    assert configs.typed("dsl_cache") == "dsl_cache"


def test_what_is_no_config_is_shown_as_it_is() -> None:
    assert configs.typed(None) == "unknown config"
    assert configs.typed("my own,thing\n") == "my own,thing"
