"""Turns a template and its values into an answer, in the reader's language."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.answers import REVALIDATE
from api.services import Services
from explorer import formats, links
from explorer.actors import Actors
from explorer.facet_words import Facets
from explorer.failures import failure_sentence, remedy
from explorer.findings import Findings
from explorer.language import COOKIE, LANGUAGES, Language, catalogue, choose, known
from explorer.page_file import OPENING_PAGE, STATIC_DIR, PageFile
from explorer.pinned_page import page_of
from explorer.places import Places
from explorer.sentences import Sentences, bid_number
from explorer.submission_words import ANSWERS
from explorer.words import Words
from ledger.index.rows import SILENT_DAYS, is_silent_row
from ledger.ocds.odd_characters import visible

_YEAR: Final = 365 * 24 * 3600


class Renderer:
    """Pages of one installation; one template environment a language, made on first use."""

    def __init__(self, services: Services) -> None:
        """Raises SettingInvalid for a bidder's page of the settings that cannot be served."""
        self.services = services
        self.bid_page = page_of(services.settings)
        self._environment = cache(partial(_environment, self.bid_page))

    def language(self, request: Request) -> Language:
        """The language in which ``request`` is answered."""
        return choose(
            request.query_params.get("lang"),
            request.cookies.get(COOKIE),
            request.headers.get("accept-language", ""),
            self.services.settings.language,
        )

    def _is_https(self, request: Request) -> bool:
        """Also behind a proxy that speaks HTTP with us: then ``public_url`` says how readers come."""
        address = self.services.settings.public_url or ""
        return request.url.scheme == "https" or address.startswith("https://")

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        data_url: str | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        """``template`` filled with ``values``; ``data_url`` is the address of the same content as JSON."""
        language = self.language(request)
        settings = self.services.settings
        page = self._environment(language).get_template(template)
        html = page.render(
            **values,
            path=request.url.path,
            languages=[(code, _with_language(request, code)) for code in LANGUAGES],
            data_url=data_url,
            operator=settings.operator,
            license_url=settings.license_url,
            chain_id=self.services.deployment.chain_id,
            ledger=self.services.deployment.ledger,
            differs=self.services.checks.differs,
        )
        headers = {"content-language": language, "vary": "Accept-Language, Cookie", "cache-control": REVALIDATE}
        # Here and not in the templates, so that no place can be forgotten; ours hold none of these characters.
        response = HTMLResponse(visible(html), status, headers)
        if known(request.query_params.get("lang")):
            response.set_cookie(
                COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax", secure=self._is_https(request)
            )
        return response


def _environment(bid_page: PageFile, language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("explorer"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    messages = catalogue(language)
    environment.install_gettext_callables(messages.gettext, messages.ngettext, newstyle=True)  # type: ignore[attr-defined]
    written = formats.Formats(language)
    words, places = Words(messages), Places(messages)
    environment.filters.update(
        moment=written.moment,
        day=written.day,
        written_day=written.written_day,
        in_language=written.in_language,
        money=written.money,
        number=written.number,
        month=written.month,
        change=written.change,
        told=written.told,
        size=written.size,
        apart=formats.apart,
        digest=formats.digest,
        short=formats.short,
        capitalize_first=formats.capitalize_first,
        process_page=links.process_page,
        bid_page=links.bid_page,
        opening_page=links.opening_page,
        verification_page=links.verification_page,
        organisation_page=links.organisation_page,
        lookup_page=links.lookup_page,
        release_file=links.release_file,
        document_file=links.document_file,
        api_process=links.api_process,
        tag_word=words.tag,
        is_silent=lambda row: is_silent_row(row, int(time.time())),
    )
    environment.globals.update(
        asset=asset,
        language=language,
        words=words,
        sentences=Sentences(messages, written),
        answer_sentences=Sentences(messages, written, ANSWERS),
        actors=Actors(messages),
        silent_days=SILENT_DAYS,
        facets=Facets(messages, words, language),
        bid_number=bid_number,
        places=places,
        findings=Findings(messages, places),
        failure_sentence=lambda error: failure_sentence(error, messages),
        bid_page_digest=bid_page.digest,
        opening_page_digest=OPENING_PAGE.digest,
        remedy=lambda status: remedy(status, messages),
    )
    return environment


@cache
def asset(name: str) -> str:
    """Address of a static file; the digest in it lets browsers keep the file for ever."""
    version = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={version}"


def _with_language(request: Request, language: Language) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    # A path that begins with two slashes would be read as the name of another host.
    path = "/" + request.url.path.lstrip("/")
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
