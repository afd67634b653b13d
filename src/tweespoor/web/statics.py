"""Static files under names that carry their hash, compressed once at set-up."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the names in ``import … from "./x.js"``, so that modules find each other."""

    support_js_module_import_aggregation = True
