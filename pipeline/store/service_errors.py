"""What the service of a shared store answers if it fails or refuses -> a sentence for people."""

import os
import re

from pipeline.errors import InklingError, reason, with_causes

NOT_SAID = re.compile(r"^[a-z]+://([^/@]*@)?")  # of an address: how, and with which password
KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
# What S3 calls it if it refuses -> what that means, and what to do.
REFUSALS = {
    "InvalidAccessKeyId": "its server does not know this access key. Check AWS_ACCESS_KEY_ID or "
    "AWS_PROFILE",
    "SignatureDoesNotMatch": "the secret does not fit the access key. Check AWS_SECRET_ACCESS_KEY "
    "or AWS_PROFILE",
    "ExpiredToken": "the credentials have expired. Sign in again, such as with “aws sso login”",
    "RequestTimeTooSkewed": "the clock of this machine is wrong. Set it",
}
FULL = ("XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "507")
SILENT = ("EndpointConnectionError", "ConnectionClosedError", "ConnectTimeoutError",
          "ReadTimeoutError")  # fmt: skip
ELSEWHERE = ("PermanentRedirect", "AuthorizationHeaderMalformed")


class StoreAway(InklingError):
    """The shared store does not answer; what is on this machine can still be read."""


class StoreRefuses(InklingError):
    """The shared store answers, but is full, or may not be read or written."""


def failures(url: str) -> tuple[type[Exception], ...]:
    """Return what a file system raises if its server fails; each has errors of its own."""
    found: list[type[Exception]] = [OSError]
    if url.startswith("s3"):
        import aiohttp
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        found += [BotoCoreError, ClientError, ResponseParserError, aiohttp.ClientError]
    elif url.startswith(("gs:", "gcs:")):
        import aiohttp
        from gcsfs.retry import HttpError

        found += [HttpError, aiohttp.ClientError]
    return tuple(found)


def told(error: Exception, url: str) -> InklingError:  # noqa: PLR0911 (one a cause)
    """Say what went wrong, and what to do about it.

    Args:
        error: one of `failures`.
        url: of the store.

    Returns:
        StoreAway if the server does not answer; StoreRefuses if it is full, or may not be read or
        written; InklingError if there is no such store.
    """
    if isinstance(error, FileNotFoundError):
        return InklingError(
            f"There is no {url}{_service(url)}: its bucket does not exist. Make it first, or "
            "correct the address."
        )
    code = _code(error)
    if isinstance(error, PermissionError):
        why = f"{reason(error)}. Check the credentials ({KEYS}): they must allow to list, read, "
        why = REFUSALS.get(code, f"{why}write and delete what is below it")
        return StoreRefuses(f"{url} may not be read or written: {why}.")
    if type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError"):
        return StoreRefuses(f"There are no credentials for {url}. Set {KEYS}.")
    if code in FULL:
        return StoreRefuses(f"{url} is full. Free some space there, or have its limit raised.")
    if code in ELSEWHERE:
        region = "Set AWS_DEFAULT_REGION to that of its bucket"
        return InklingError(f"{url} is in another region. {region}.")
    where, why = _service(url), reason(error)
    if where and type(error).__name__ in SILENT:  # in words that repeat where that is, at length
        return StoreAway(f"{url} cannot be reached{where}.")
    check = " Check AWS_ENDPOINT_URL if that is no S3 server." if where else ""
    return StoreAway(f"{url} cannot be reached{where}: {why}.{check}")


def _code(error: Exception) -> str:
    """Return what the service calls an error; "" if it has not said anything."""
    for one in with_causes(error):
        answer = getattr(one, "response", None)
        if isinstance(answer, dict):
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return "507" if status == 507 else str(answer.get("Error", {}).get("Code", ""))
    return ""


def _service(url: str) -> str:
    """Say where the service is, if the environment does."""
    if not url.startswith("s3:"):
        return ""
    places = (os.environ.get(f"AWS_ENDPOINT_URL{kind}") for kind in ("_S3", ""))
    named = next(filter(None, places), "")
    return f" at {NOT_SAID.sub('', named)}" if named else ""
