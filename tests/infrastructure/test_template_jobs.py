"""SAM template, jobs and bulk: permissions, keys, expiry, substitutions of the definition."""

import re
from fnmatch import fnmatch
from typing import Any

from batch import object_keys
from jobs import ids
from jobs.settings import JobSettings
from tests.support.sam_template import FILE, bulk_bucket


def test_the_jobs_function_has_the_minimal_permissions(
    resources: dict[str, Any],
):
    (policy,) = resources["JobsFunction"]["Properties"]["Policies"]
    assert {s["Sid"]: (s["Action"], s["Resource"]) for s in policy["Statement"]} == {
        "PresignUploads": ("s3:PutObject", "${InputBucket.Arn}/jobs/*"),
        "KeepTickets": (
            "s3:PutObject",
            ["${OutputBucket.Arn}/jobs/*/ticket", "${OutputBucket.Arn}/jobs/*/vocabulary"],
        ),
        "ReadResults": (
            "s3:GetObject",
            ["${OutputBucket.Arn}/jobs/*", "${OutputBucket.Arn}/.leases/jobs/*"],
        ),
        "FindJobs": ("s3:ListBucket", ["InputBucket.Arn", "OutputBucket.Arn"]),
    }


def test_keys_of_jobs_match_the_policy_and_the_lifecycle_rules(resources: dict[str, Any]):
    key = ids.input_key("me", ids.new_id(), "talk.mp3")
    statements = resources["JobsFunction"]["Properties"]["Policies"][0]["Statement"]
    (prefixes,) = [
        s["Condition"]["StringLike"]["s3:prefix"] for s in statements if "Condition" in s
    ]
    for listed in (key, object_keys.lease_key(key)):
        assert any(fnmatch(listed, prefix) for prefix in prefixes)
    assert fnmatch(ids.ticket_key("me", ids.new_id()), "jobs/*/ticket")
    assert fnmatch(ids.vocabulary_key("me", ids.new_id()), "jobs/*/vocabulary")
    for bucket in ("InputBucket", "OutputBucket"):
        rules = resources[bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
        (rule,) = [rule for rule in rules if rule["Id"] == "Jobs"]
        assert key.startswith(rule["Prefix"])
        assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", "JobRetentionDays")


def test_web_pages_may_upload_audio_and_fetch_results(resources: dict[str, Any]):
    for bucket, method in (("InputBucket", "POST"), ("OutputBucket", "GET")):
        (rule,) = resources[bucket]["Properties"]["CorsConfiguration"]["CorsRules"]
        own = "https://*.execute-api.${AWS::Region}.${AWS::URLSuffix}"  # of the web page
        assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == ([method], ["CorsOrigin", own])


def test_all_variables_of_the_state_machine_are_substituted(resources: dict[str, Any]):
    machine = resources["BulkStateMachine"]["Properties"]
    definition = (FILE.parent / machine["DefinitionUri"]).read_text()
    assert set(re.findall(r"\$\{(\w+)\}", definition)) == machine["DefinitionSubstitutions"].keys()


def test_the_state_machine_has_the_minimal_permissions(resources: dict[str, Any]):
    machine = resources["BulkStateMachine"]["Properties"]
    (policy,) = machine["Policies"]
    name = machine["Name"]
    account = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
    assert {s["Sid"]: (s["Action"], s["Resource"]) for s in policy["Statement"]} == {
        "Transcribe": ("lambda:InvokeFunction", "BatchFunction.Arn"),
        "ListObjects": ("s3:ListBucket", ["InputBucket.Arn", bulk_bucket("")]),
        "ReadInventories": (
            "s3:GetObject",
            ["${InputBucket.Arn}/*", bulk_bucket("/*")],
        ),
        "WriteReports": (
            [
                "s3:PutObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:AbortMultipartUpload",
            ],
            "${OutputBucket.Arn}/.bulk/*",
        ),
        "RunBatches": ("states:StartExecution", f"{account}:stateMachine:{name}"),
        "FollowBatches": (
            ["states:DescribeExecution", "states:StopExecution"],
            f"{account}:execution:{name}/*",
        ),
    }


def test_every_variable_of_the_jobs_function_is_read_by_its_settings(resources: dict[str, Any]):
    variables = resources["JobsFunction"]["Properties"]["Environment"]["Variables"]
    ours = {v for v in variables if not v.startswith("POWERTOOLS_")} - {"CORS_ORIGIN"}
    default = JobSettings.from_environment(dict.fromkeys(ours, "7"))
    for variable in ours:
        assert (
            JobSettings.from_environment(dict.fromkeys(ours, "7") | {variable: "8"}) != default
        ), variable
