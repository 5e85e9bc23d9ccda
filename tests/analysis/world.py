"""Two designs, two seeds, and numbers small enough to reckon with in one's head."""

import pandas as pd

DESIGNS = ("status-quo", "fund", "planner")


def tables(designs=DESIGNS, seeds=(1, 2)):
    """Tables of a world of 10 children, one simulated year (2020) and one expected (2021).

    Without programmes a child's life costs the municipality 1,000 and the state 500 in each year. Under `fund` the
    municipality pays 100 for a programme, which saves itself 40 and the state 80 a year, and gets 30 from the state's
    outcomes fund (on the true effect it would have got 20); the planner's saves twice as much and costs the state 100.
    Seed 2 costs 10 more everywhere.
    """
    runs, costs, payments, children, enrolment, projects, municipalities, options, bodies = ([] for _ in range(9))
    for design in designs:
        scale = {"status-quo": 0, "fund": 1, "planner": 2}[design]
        for seed in seeds:
            run = {"design": design, "seed": seed}
            runs.append(
                run
                | {"start_year": 2020, "years": 1, "children": 10, "births": 1}
                | {"equalised_municipal": 0.3, "equalised_regional": 0.2, "scenario_hash": "h", "version": "v"}
            )
            for year, phase in ((2020, "simulated"), (2021, "expected")):
                for payer, kind, full, saved in (
                    ("social", "resource", 1000, 40),
                    ("justice", "resource", 500, 80),
                    ("households", "lost_earnings", 200, 10),
                ):
                    without = full + 10 * (seed - 1)
                    costs.append(
                        run
                        | {
                            "year": year,
                            "age": 5,
                            "payer": payer,
                            "kind": kind,
                            "phase": phase,
                            "actual_sek": without - saved * scale,
                            "untreated_sek": without,
                        }
                    )
            if scale:
                payer = "municipal_fund" if design == "fund" else "state"
                payments.append(
                    run
                    | {
                        "year": 2020,
                        "payer": payer,
                        "receiver": "provider",
                        "purpose": "programme",
                        "intervention": "parenting",
                        "phase": "simulated",
                        "amount_sek": 100,
                    }
                )
                if design == "fund":
                    payments.append(
                        run
                        | {
                            "year": 2021,
                            "payer": "outcomes_fund",
                            "receiver": "municipal_fund",
                            "purpose": "outcome payment",
                            "intervention": "parenting",
                            "phase": "expected",
                            "amount_sek": 30,
                        }
                    )
                enrolment.append(
                    run
                    | {
                        "year": 2020,
                        "intervention": "parenting",
                        "age": 4,
                        "level": "risk",
                        "true_level": "none",
                        "county": "10",
                        "children": 4,
                        "cost_sek": 100,
                        "judged": 4,
                        "deadweight": 1,
                    }
                )
            projects.append(
                run
                | {
                    "project": 0,
                    "year": 2020,
                    "municipality": "1080",
                    "intervention": "parenting",
                    "owner": "region",
                    "own_room": False,
                    "children": 4,
                    "matched": 4,
                    "cost_sek": 100 if scale else 0,
                    "followed_years": 1,
                    "settled": True,
                    "measured_saving_sek": 90,
                    "true_saving_sek": 60,
                    "paid_sek": 30 if design == "fund" else 0,
                    "repaid_sek": 0,
                    "payable_sek": 30 if design == "fund" else 0,
                    "fair_sek": 20 if design == "fund" else 0,
                }
            )
            children.append(
                run | {"year": 2020, "municipality": "", "age": 5, "level": "none", "treated": False, "children": 10}
            )
            for code, spent in (("1080", 100), ("1081", 300)):
                municipalities.append(
                    run
                    | {
                        "municipality": code,
                        "name": code,
                        "county": "10",
                        "population": 50,
                        "children": 5,
                        "prevention_sek": spent,
                        "received_sek": 0,
                        "repaid_sek": 0,
                        "own_saving_sek": 0,
                        "others_saving_sek": 0,
                    }
                )
            for body in ("education", "social", "labour_market", "board", "region"):
                saved = 40 * scale if body == "social" else 0
                bodies.append(
                    run
                    | {
                        "year": 2020,
                        "body": body,
                        "municipality": "",
                        "frame_sek": 5_000_000 - 100_000 * saved,
                        "mandatory_sek": 1000 - saved,
                        "room_sek": 0,
                        "prevention_sek": 0,
                        "result_sek": saved,
                        "equity_sek": 0,
                    }
                )
            options.append(
                run
                | {
                    "intervention": "parenting",
                    "owner": "region",
                    "age": 4,
                    "level": "risk",
                    "cost_sek": 25,
                    "own_value_sek": 5.0,
                    "perceived_value_sek": 9.0,
                    "municipality_value_sek": 40.0,
                    "region_value_sek": 0.0,
                    "state_value_sek": 80.0,
                    "fiscal_value_sek": 120.0,
                    "societal_value_sek": 130.0,
                    "seen": 8,
                    "enrolled": 4 if scale else 0,
                    "funded": 0.5 if scale else 0.0,
                }
            )
    empty_payments = ["design", "seed", "year", "payer", "receiver", "purpose", "intervention", "phase", "amount_sek"]
    return {
        "runs": pd.DataFrame(runs),
        "costs": pd.DataFrame(costs),
        "payments": pd.DataFrame(payments, columns=empty_payments),
        "children": pd.DataFrame(children),
        "enrolment": pd.DataFrame(
            enrolment,
            columns=[
                "design",
                "seed",
                "year",
                "intervention",
                "age",
                "level",
                "true_level",
                "county",
                "children",
                "cost_sek",
                "judged",
                "deadweight",
            ],
        ),
        "projects": pd.DataFrame(projects),
        "municipalities": pd.DataFrame(municipalities),
        "options": pd.DataFrame(options),
        "bodies": pd.DataFrame(bodies),
    }
