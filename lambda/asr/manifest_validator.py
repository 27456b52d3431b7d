"""Generated from manifest.schema.json by scripts/generate/make_manifest_validator.py."""
# ruff: noqa
# fmt: off
# mypy: ignore-errors

JsonSchemaValueException = JsonSchemaValuesException = ValueError
VERSION = '2.22.3'
from decimal import Decimal
import re
REGEX_PATTERNS = {'^[a-z0-9][a-z0-9._-]{0,63}$': re.compile('^[a-z0-9][a-z0-9._-]{0,63}\\Z'), 'date-time_re_pattern': re.compile('^(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)(t|T)(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?(?:[+-](?:[01]\\d|2[0-3]):[0-5]\\d|[+-](?:[01]\\d|2[0-3])[0-5]\\d|z|Z)\\Z'), '^[A-Za-z0-9][A-Za-z0-9._-]*$': re.compile('^[A-Za-z0-9][A-Za-z0-9._-]*\\Z'), '^[0-9a-f]{64}$': re.compile('^[0-9a-f]{64}\\Z'), '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$': re.compile('^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\\Z')}
NoneType = type(None)

def validate(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['schema', 'kind', 'name', 'version', 'license', 'created', 'sources', 'model', 'sample_rate', 'labels', 'window_seconds', 'precision', 'metrics', 'golden']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'))
        data_keys = set(data.keys())
        if 'schema' in data_keys:
            data_keys.remove('schema')
            data__schema = data['schema']
            if not (isinstance(data__schema, (int, float)) and (not isinstance(data__schema, bool)) and (data__schema == 2)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.schema must be same as const definition: 2')
        if 'kind' in data_keys:
            data_keys.remove('kind')
            data__kind = data['kind']
            if not (isinstance(data__kind, str) and data__kind == 'ctc' or (isinstance(data__kind, str) and data__kind == 'keyword')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".kind must be one of ['ctc', 'keyword']")
        if 'name' in data_keys:
            data_keys.remove('name')
            data__name = data['name']
            if not isinstance(data__name, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must be string')
            if isinstance(data__name, str):
                if not REGEX_PATTERNS['^[a-z0-9][a-z0-9._-]{0,63}$'].search(data__name):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.name must match pattern ^[a-z0-9][a-z0-9._-]{0,63}$')
        if 'version' in data_keys:
            data_keys.remove('version')
            data__version = data['version']
            if not isinstance(data__version, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.version must be string')
            if isinstance(data__version, str):
                data__version_len = len(data__version)
                if data__version_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.version must be longer than or equal to 1 characters')
                if data__version_len > 64:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.version must be shorter than or equal to 64 characters')
        if 'license' in data_keys:
            data_keys.remove('license')
            data__license = data['license']
            if not isinstance(data__license, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.license must be string')
            if isinstance(data__license, str):
                data__license_len = len(data__license)
                if data__license_len < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.license must be longer than or equal to 1 characters')
        if 'created' in data_keys:
            data_keys.remove('created')
            data__created = data['created']
            if not isinstance(data__created, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.created must be string')
            if isinstance(data__created, str):
                if not REGEX_PATTERNS['date-time_re_pattern'].match(data__created):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.created must be date-time')
        if 'sources' in data_keys:
            data_keys.remove('sources')
            data__sources = data['sources']
            if not isinstance(data__sources, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources must be array')
            data__sources_is_list = isinstance(data__sources, (list, tuple))
            if data__sources_is_list:
                data__sources_len = len(data__sources)
                for data__sources_x, data__sources_item in enumerate(data__sources):
                    if not isinstance(data__sources_item, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}]'.format(**locals()) + ' must be object')
                    data__sources_item_is_dict = isinstance(data__sources_item, dict)
                    if data__sources_item_is_dict:
                        data__sources_item__missing_keys = set(['name', 'license']) - data__sources_item.keys()
                        if data__sources_item__missing_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}]'.format(**locals()) + ' must contain ' + (str(sorted(data__sources_item__missing_keys)) + ' properties'))
                        data__sources_item_keys = set(data__sources_item.keys())
                        if 'name' in data__sources_item_keys:
                            data__sources_item_keys.remove('name')
                            data__sources_item__name = data__sources_item['name']
                            if not isinstance(data__sources_item__name, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}].name'.format(**locals()) + ' must be string')
                        if 'license' in data__sources_item_keys:
                            data__sources_item_keys.remove('license')
                            data__sources_item__license = data__sources_item['license']
                            if not isinstance(data__sources_item__license, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}].license'.format(**locals()) + ' must be string')
                        if 'reference' in data__sources_item_keys:
                            data__sources_item_keys.remove('reference')
                            data__sources_item__reference = data__sources_item['reference']
                            if not isinstance(data__sources_item__reference, str):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}].reference'.format(**locals()) + ' must be string')
                        if 'hours' in data__sources_item_keys:
                            data__sources_item_keys.remove('hours')
                            data__sources_item__hours = data__sources_item['hours']
                            if not isinstance(data__sources_item__hours, (int, float, Decimal)) or isinstance(data__sources_item__hours, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}].hours'.format(**locals()) + ' must be number')
                            if isinstance(data__sources_item__hours, (int, float, Decimal)) and (not isinstance(data__sources_item__hours, bool)):
                                if data__sources_item__hours < 0:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}].hours'.format(**locals()) + ' must be bigger than or equal to 0')
                        if data__sources_item_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sources[{data__sources_x}]'.format(**locals()) + ' must not contain ' + str(data__sources_item_keys) + ' properties')
        if 'model' in data_keys:
            data_keys.remove('model')
            data__model = data['model']
            if not isinstance(data__model, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model must be object')
            data__model_is_dict = isinstance(data__model, dict)
            if data__model_is_dict:
                data__model__missing_keys = set(['file', 'bytes', 'sha256']) - data__model.keys()
                if data__model__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model must contain ' + (str(sorted(data__model__missing_keys)) + ' properties'))
                data__model_keys = set(data__model.keys())
                if 'file' in data__model_keys:
                    data__model_keys.remove('file')
                    data__model__file = data__model['file']
                    if not isinstance(data__model__file, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.file must be string')
                    if isinstance(data__model__file, str):
                        if not REGEX_PATTERNS['^[A-Za-z0-9][A-Za-z0-9._-]*$'].search(data__model__file):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.file must match pattern ^[A-Za-z0-9][A-Za-z0-9._-]*$')
                if 'bytes' in data__model_keys:
                    data__model_keys.remove('bytes')
                    data__model__bytes = data__model['bytes']
                    if not isinstance(data__model__bytes, int) and (not (isinstance(data__model__bytes, float) and data__model__bytes.is_integer())) or isinstance(data__model__bytes, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.bytes must be integer')
                    if isinstance(data__model__bytes, (int, float, Decimal)) and (not isinstance(data__model__bytes, bool)):
                        if data__model__bytes < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.bytes must be bigger than or equal to 1')
                if 'sha256' in data__model_keys:
                    data__model_keys.remove('sha256')
                    data__model__sha256 = data__model['sha256']
                    if not isinstance(data__model__sha256, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.sha256 must be string')
                    if isinstance(data__model__sha256, str):
                        if not REGEX_PATTERNS['^[0-9a-f]{64}$'].search(data__model__sha256):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model.sha256 must match pattern ^[0-9a-f]{64}$')
                if data__model_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.model must not contain ' + str(data__model_keys) + ' properties')
        if 'language' in data_keys:
            data_keys.remove('language')
            data__language = data['language']
            if not isinstance(data__language, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language must be string')
            if isinstance(data__language, str):
                if not REGEX_PATTERNS['^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'].search(data__language):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language must match pattern ^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')
        if 'batched' in data_keys:
            data_keys.remove('batched')
            data__batched = data['batched']
            if not isinstance(data__batched, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.batched must be boolean')
        if 'memory_mb' in data_keys:
            data_keys.remove('memory_mb')
            data__memorymb = data['memory_mb']
            if not isinstance(data__memorymb, int) and (not (isinstance(data__memorymb, float) and data__memorymb.is_integer())) or isinstance(data__memorymb, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.memory_mb must be integer')
            if isinstance(data__memorymb, (int, float, Decimal)) and (not isinstance(data__memorymb, bool)):
                if data__memorymb < 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.memory_mb must be bigger than or equal to 1')
        if 'origin' in data_keys:
            data_keys.remove('origin')
            data__origin = data['origin']
            if not isinstance(data__origin, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin must be object')
            data__origin_is_dict = isinstance(data__origin, dict)
            if data__origin_is_dict:
                data__origin__missing_keys = set(['source', 'files']) - data__origin.keys()
                if data__origin__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin must contain ' + (str(sorted(data__origin__missing_keys)) + ' properties'))
                data__origin_keys = set(data__origin.keys())
                if 'source' in data__origin_keys:
                    data__origin_keys.remove('source')
                    data__origin__source = data__origin['source']
                    if not isinstance(data__origin__source, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.source must be string')
                    if isinstance(data__origin__source, str):
                        data__origin__source_len = len(data__origin__source)
                        if data__origin__source_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.source must be longer than or equal to 1 characters')
                if 'revision' in data__origin_keys:
                    data__origin_keys.remove('revision')
                    data__origin__revision = data__origin['revision']
                    if not isinstance(data__origin__revision, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.revision must be string')
                    if isinstance(data__origin__revision, str):
                        data__origin__revision_len = len(data__origin__revision)
                        if data__origin__revision_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.revision must be longer than or equal to 1 characters')
                if 'files' in data__origin_keys:
                    data__origin_keys.remove('files')
                    data__origin__files = data__origin['files']
                    if not isinstance(data__origin__files, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.files must be object')
                    data__origin__files_is_dict = isinstance(data__origin__files, dict)
                    if data__origin__files_is_dict:
                        data__origin__files_keys = set(data__origin__files.keys())
                        for data__origin__files_key in data__origin__files_keys:
                            if data__origin__files_key not in []:
                                data__origin__files_value = data__origin__files.get(data__origin__files_key)
                                if not isinstance(data__origin__files_value, str):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.files.{data__origin__files_key}'.format(**locals()) + ' must be string')
                                if isinstance(data__origin__files_value, str):
                                    if not REGEX_PATTERNS['^[0-9a-f]{64}$'].search(data__origin__files_value):
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin.files.{data__origin__files_key}'.format(**locals()) + ' must match pattern ^[0-9a-f]{64}$')
                if data__origin_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.origin must not contain ' + str(data__origin_keys) + ' properties')
        if 'sample_rate' in data_keys:
            data_keys.remove('sample_rate')
            data__samplerate = data['sample_rate']
            if not (isinstance(data__samplerate, (int, float)) and (not isinstance(data__samplerate, bool)) and (data__samplerate == 16000)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.sample_rate must be same as const definition: 16000')
        if 'frame_seconds' in data_keys:
            data_keys.remove('frame_seconds')
            data__frameseconds = data['frame_seconds']
            if not isinstance(data__frameseconds, (int, float, Decimal)) or isinstance(data__frameseconds, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frame_seconds must be number')
            if isinstance(data__frameseconds, (int, float, Decimal)) and (not isinstance(data__frameseconds, bool)):
                if data__frameseconds > 1:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frame_seconds must be smaller than or equal to 1')
                if data__frameseconds <= 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.frame_seconds must be bigger than 0')
        if 'labels' in data_keys:
            data_keys.remove('labels')
            data__labels = data['labels']
            if not isinstance(data__labels, (list, tuple)):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.labels must be array')
            data__labels_is_list = isinstance(data__labels, (list, tuple))
            if data__labels_is_list:
                data__labels_len = len(data__labels)
                if data__labels_len < 2:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.labels must contain at least 2 items')
                for data__labels_x, data__labels_item in enumerate(data__labels):
                    if not isinstance(data__labels_item, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.labels[{data__labels_x}]'.format(**locals()) + ' must be string')
        if 'blank' in data_keys:
            data_keys.remove('blank')
            data__blank = data['blank']
            if not isinstance(data__blank, int) and (not (isinstance(data__blank, float) and data__blank.is_integer())) or isinstance(data__blank, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.blank must be integer')
            if isinstance(data__blank, (int, float, Decimal)) and (not isinstance(data__blank, bool)):
                if data__blank < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.blank must be bigger than or equal to 0')
        if 'word_boundary' in data_keys:
            data_keys.remove('word_boundary')
            data__wordboundary = data['word_boundary']
            if not isinstance(data__wordboundary, str):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.word_boundary must be string')
        if 'window_seconds' in data_keys:
            data_keys.remove('window_seconds')
            data__windowseconds = data['window_seconds']
            if not isinstance(data__windowseconds, (int, float, Decimal)) or isinstance(data__windowseconds, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.window_seconds must be number')
            if isinstance(data__windowseconds, (int, float, Decimal)) and (not isinstance(data__windowseconds, bool)):
                if data__windowseconds <= 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.window_seconds must be bigger than 0')
        if 'overlap_seconds' in data_keys:
            data_keys.remove('overlap_seconds')
            data__overlapseconds = data['overlap_seconds']
            if not isinstance(data__overlapseconds, (int, float, Decimal)) or isinstance(data__overlapseconds, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.overlap_seconds must be number')
            if isinstance(data__overlapseconds, (int, float, Decimal)) and (not isinstance(data__overlapseconds, bool)):
                if data__overlapseconds < 0:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.overlap_seconds must be bigger than or equal to 0')
        if 'precision' in data_keys:
            data_keys.remove('precision')
            data__precision = data['precision']
            if not (isinstance(data__precision, str) and data__precision == 'float32' or (isinstance(data__precision, str) and data__precision == 'bfloat16') or (isinstance(data__precision, str) and data__precision == 'int8-dynamic')):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ".precision must be one of ['float32', 'bfloat16', 'int8-dynamic']")
        if 'confidence' in data_keys:
            data_keys.remove('confidence')
            data__confidence = data['confidence']
            if not isinstance(data__confidence, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.confidence must be object')
            data__confidence_is_dict = isinstance(data__confidence, dict)
            if data__confidence_is_dict:
                data__confidence__missing_keys = set(['scale', 'bias']) - data__confidence.keys()
                if data__confidence__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.confidence must contain ' + (str(sorted(data__confidence__missing_keys)) + ' properties'))
                data__confidence_keys = set(data__confidence.keys())
                if 'scale' in data__confidence_keys:
                    data__confidence_keys.remove('scale')
                    data__confidence__scale = data__confidence['scale']
                    if not isinstance(data__confidence__scale, (int, float, Decimal)) or isinstance(data__confidence__scale, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.confidence.scale must be number')
                if 'bias' in data__confidence_keys:
                    data__confidence_keys.remove('bias')
                    data__confidence__bias = data__confidence['bias']
                    if not isinstance(data__confidence__bias, (int, float, Decimal)) or isinstance(data__confidence__bias, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.confidence.bias must be number')
                if data__confidence_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.confidence must not contain ' + str(data__confidence_keys) + ' properties')
        if 'language_model' in data_keys:
            data_keys.remove('language_model')
            data__languagemodel = data['language_model']
            if not isinstance(data__languagemodel, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model must be object')
            data__languagemodel_is_dict = isinstance(data__languagemodel, dict)
            if data__languagemodel_is_dict:
                data__languagemodel__missing_keys = set(['file', 'bytes', 'sha256', 'sources', 'beam_search', 'confidence', 'golden']) - data__languagemodel.keys()
                if data__languagemodel__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model must contain ' + (str(sorted(data__languagemodel__missing_keys)) + ' properties'))
                data__languagemodel_keys = set(data__languagemodel.keys())
                if 'file' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('file')
                    data__languagemodel__file = data__languagemodel['file']
                    if not isinstance(data__languagemodel__file, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.file must be string')
                    if isinstance(data__languagemodel__file, str):
                        if not REGEX_PATTERNS['^[A-Za-z0-9][A-Za-z0-9._-]*$'].search(data__languagemodel__file):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.file must match pattern ^[A-Za-z0-9][A-Za-z0-9._-]*$')
                if 'bytes' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('bytes')
                    data__languagemodel__bytes = data__languagemodel['bytes']
                    if not isinstance(data__languagemodel__bytes, int) and (not (isinstance(data__languagemodel__bytes, float) and data__languagemodel__bytes.is_integer())) or isinstance(data__languagemodel__bytes, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.bytes must be integer')
                    if isinstance(data__languagemodel__bytes, (int, float, Decimal)) and (not isinstance(data__languagemodel__bytes, bool)):
                        if data__languagemodel__bytes < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.bytes must be bigger than or equal to 1')
                if 'sha256' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('sha256')
                    data__languagemodel__sha256 = data__languagemodel['sha256']
                    if not isinstance(data__languagemodel__sha256, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.sha256 must be string')
                    if isinstance(data__languagemodel__sha256, str):
                        if not REGEX_PATTERNS['^[0-9a-f]{64}$'].search(data__languagemodel__sha256):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.sha256 must match pattern ^[0-9a-f]{64}$')
                if 'sources' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('sources')
                    data__languagemodel__sources = data__languagemodel['sources']
                    validate___properties_sources(data__languagemodel__sources, custom_formats, (name_prefix or 'data') + '.language_model.sources')
                if 'beam_search' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('beam_search')
                    data__languagemodel__beamsearch = data__languagemodel['beam_search']
                    if not isinstance(data__languagemodel__beamsearch, dict):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search must be object')
                    data__languagemodel__beamsearch_is_dict = isinstance(data__languagemodel__beamsearch, dict)
                    if data__languagemodel__beamsearch_is_dict:
                        data__languagemodel__beamsearch__missing_keys = set(['lm_weight', 'word_score', 'unk_score', 'beam_size']) - data__languagemodel__beamsearch.keys()
                        if data__languagemodel__beamsearch__missing_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search must contain ' + (str(sorted(data__languagemodel__beamsearch__missing_keys)) + ' properties'))
                        data__languagemodel__beamsearch_keys = set(data__languagemodel__beamsearch.keys())
                        if 'lm_weight' in data__languagemodel__beamsearch_keys:
                            data__languagemodel__beamsearch_keys.remove('lm_weight')
                            data__languagemodel__beamsearch__lmweight = data__languagemodel__beamsearch['lm_weight']
                            if not isinstance(data__languagemodel__beamsearch__lmweight, (int, float, Decimal)) or isinstance(data__languagemodel__beamsearch__lmweight, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.lm_weight must be number')
                            if isinstance(data__languagemodel__beamsearch__lmweight, (int, float, Decimal)) and (not isinstance(data__languagemodel__beamsearch__lmweight, bool)):
                                if data__languagemodel__beamsearch__lmweight < 0:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.lm_weight must be bigger than or equal to 0')
                        if 'word_score' in data__languagemodel__beamsearch_keys:
                            data__languagemodel__beamsearch_keys.remove('word_score')
                            data__languagemodel__beamsearch__wordscore = data__languagemodel__beamsearch['word_score']
                            if not isinstance(data__languagemodel__beamsearch__wordscore, (int, float, Decimal)) or isinstance(data__languagemodel__beamsearch__wordscore, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.word_score must be number')
                        if 'unk_score' in data__languagemodel__beamsearch_keys:
                            data__languagemodel__beamsearch_keys.remove('unk_score')
                            data__languagemodel__beamsearch__unkscore = data__languagemodel__beamsearch['unk_score']
                            if not isinstance(data__languagemodel__beamsearch__unkscore, (int, float, Decimal)) or isinstance(data__languagemodel__beamsearch__unkscore, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.unk_score must be number')
                        if 'beam_size' in data__languagemodel__beamsearch_keys:
                            data__languagemodel__beamsearch_keys.remove('beam_size')
                            data__languagemodel__beamsearch__beamsize = data__languagemodel__beamsearch['beam_size']
                            if not isinstance(data__languagemodel__beamsearch__beamsize, int) and (not (isinstance(data__languagemodel__beamsearch__beamsize, float) and data__languagemodel__beamsearch__beamsize.is_integer())) or isinstance(data__languagemodel__beamsearch__beamsize, bool):
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.beam_size must be integer')
                            if isinstance(data__languagemodel__beamsearch__beamsize, (int, float, Decimal)) and (not isinstance(data__languagemodel__beamsearch__beamsize, bool)):
                                if data__languagemodel__beamsearch__beamsize < 1:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.beam_size must be bigger than or equal to 1')
                                if data__languagemodel__beamsearch__beamsize > 4096:
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search.beam_size must be smaller than or equal to 4096')
                        if data__languagemodel__beamsearch_keys:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.beam_search must not contain ' + str(data__languagemodel__beamsearch_keys) + ' properties')
                if 'confidence' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('confidence')
                    data__languagemodel__confidence = data__languagemodel['confidence']
                    validate___properties_confidence(data__languagemodel__confidence, custom_formats, (name_prefix or 'data') + '.language_model.confidence')
                if 'golden' in data__languagemodel_keys:
                    data__languagemodel_keys.remove('golden')
                    data__languagemodel__golden = data__languagemodel['golden']
                    if not isinstance(data__languagemodel__golden, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model.golden must be string')
                if data__languagemodel_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.language_model must not contain ' + str(data__languagemodel_keys) + ' properties')
        if 'metrics' in data_keys:
            data_keys.remove('metrics')
            data__metrics = data['metrics']
            if not isinstance(data__metrics, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics must be object')
            data__metrics_is_dict = isinstance(data__metrics, dict)
            if data__metrics_is_dict:
                data__metrics_keys = set(data__metrics.keys())
                for data__metrics_key in data__metrics_keys:
                    if data__metrics_key not in []:
                        data__metrics_value = data__metrics.get(data__metrics_key)
                        if not isinstance(data__metrics_value, dict):
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}'.format(**locals()) + ' must be object')
                        data__metrics_value_is_dict = isinstance(data__metrics_value, dict)
                        if data__metrics_value_is_dict:
                            data__metrics_value__missing_keys = set(['utterances']) - data__metrics_value.keys()
                            if data__metrics_value__missing_keys:
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}'.format(**locals()) + ' must contain ' + (str(sorted(data__metrics_value__missing_keys)) + ' properties'))
                            data__metrics_value_keys = set(data__metrics_value.keys())
                            if 'utterances' in data__metrics_value_keys:
                                data__metrics_value_keys.remove('utterances')
                                data__metrics_value__utterances = data__metrics_value['utterances']
                                if not isinstance(data__metrics_value__utterances, int) and (not (isinstance(data__metrics_value__utterances, float) and data__metrics_value__utterances.is_integer())) or isinstance(data__metrics_value__utterances, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.utterances'.format(**locals()) + ' must be integer')
                                if isinstance(data__metrics_value__utterances, (int, float, Decimal)) and (not isinstance(data__metrics_value__utterances, bool)):
                                    if data__metrics_value__utterances < 1:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.utterances'.format(**locals()) + ' must be bigger than or equal to 1')
                            if 'wer' in data__metrics_value_keys:
                                data__metrics_value_keys.remove('wer')
                                data__metrics_value__wer = data__metrics_value['wer']
                                if not isinstance(data__metrics_value__wer, (int, float, Decimal)) or isinstance(data__metrics_value__wer, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.wer'.format(**locals()) + ' must be number')
                                if isinstance(data__metrics_value__wer, (int, float, Decimal)) and (not isinstance(data__metrics_value__wer, bool)):
                                    if data__metrics_value__wer < 0:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.wer'.format(**locals()) + ' must be bigger than or equal to 0')
                            if 'cer' in data__metrics_value_keys:
                                data__metrics_value_keys.remove('cer')
                                data__metrics_value__cer = data__metrics_value['cer']
                                if not isinstance(data__metrics_value__cer, (int, float, Decimal)) or isinstance(data__metrics_value__cer, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.cer'.format(**locals()) + ' must be number')
                                if isinstance(data__metrics_value__cer, (int, float, Decimal)) and (not isinstance(data__metrics_value__cer, bool)):
                                    if data__metrics_value__cer < 0:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.cer'.format(**locals()) + ' must be bigger than or equal to 0')
                            if 'accuracy' in data__metrics_value_keys:
                                data__metrics_value_keys.remove('accuracy')
                                data__metrics_value__accuracy = data__metrics_value['accuracy']
                                if not isinstance(data__metrics_value__accuracy, (int, float, Decimal)) or isinstance(data__metrics_value__accuracy, bool):
                                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.accuracy'.format(**locals()) + ' must be number')
                                if isinstance(data__metrics_value__accuracy, (int, float, Decimal)) and (not isinstance(data__metrics_value__accuracy, bool)):
                                    if data__metrics_value__accuracy < 0:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.accuracy'.format(**locals()) + ' must be bigger than or equal to 0')
                                    if data__metrics_value__accuracy > 1:
                                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}.accuracy'.format(**locals()) + ' must be smaller than or equal to 1')
                            if data__metrics_value_keys:
                                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.metrics.{data__metrics_key}'.format(**locals()) + ' must not contain ' + str(data__metrics_value_keys) + ' properties')
        if 'golden' in data_keys:
            data_keys.remove('golden')
            data__golden = data['golden']
            if not isinstance(data__golden, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden must be object')
            data__golden_is_dict = isinstance(data__golden, dict)
            if data__golden_is_dict:
                data__golden__missing_keys = set(['audio', 'transcript']) - data__golden.keys()
                if data__golden__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden must contain ' + (str(sorted(data__golden__missing_keys)) + ' properties'))
                data__golden_keys = set(data__golden.keys())
                if 'audio' in data__golden_keys:
                    data__golden_keys.remove('audio')
                    data__golden__audio = data__golden['audio']
                    if not isinstance(data__golden__audio, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden.audio must be string')
                    if isinstance(data__golden__audio, str):
                        data__golden__audio_len = len(data__golden__audio)
                        if data__golden__audio_len < 1:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden.audio must be longer than or equal to 1 characters')
                if 'transcript' in data__golden_keys:
                    data__golden_keys.remove('transcript')
                    data__golden__transcript = data__golden['transcript']
                    if not isinstance(data__golden__transcript, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden.transcript must be string')
                if data__golden_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.golden must not contain ' + str(data__golden_keys) + ' properties')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties')
    try:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data_keys = set(data.keys())
            if 'kind' in data_keys:
                data_keys.remove('kind')
                data__kind = data['kind']
                if not (isinstance(data__kind, str) and data__kind == 'ctc'):
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '.kind must be same as const definition: ctc')
    except (JsonSchemaValueException, JsonSchemaValuesException):
        try:
            data_is_dict = isinstance(data, dict)
            if data_is_dict:
                data__missing_keys = set(['language_model']) - data.keys()
                if data__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'))
        except (JsonSchemaValueException, JsonSchemaValuesException):
            pass
        else:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must NOT match a disallowed definition')
    else:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data__missing_keys = set(['frame_seconds', 'blank', 'word_boundary', 'overlap_seconds']) - data.keys()
            if data__missing_keys:
                raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'))
    return data

def validate___properties_confidence(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, dict):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be object')
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['scale', 'bias']) - data.keys()
        if data__missing_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must contain ' + (str(sorted(data__missing_keys)) + ' properties'))
        data_keys = set(data.keys())
        if 'scale' in data_keys:
            data_keys.remove('scale')
            data__scale = data['scale']
            if not isinstance(data__scale, (int, float, Decimal)) or isinstance(data__scale, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.scale must be number')
        if 'bias' in data_keys:
            data_keys.remove('bias')
            data__bias = data['bias']
            if not isinstance(data__bias, (int, float, Decimal)) or isinstance(data__bias, bool):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '.bias must be number')
        if data_keys:
            raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must not contain ' + str(data_keys) + ' properties')
    return data

def validate___properties_sources(data, custom_formats={}, name_prefix=None):
    if not isinstance(data, (list, tuple)):
        raise JsonSchemaValueException('' + (name_prefix or 'data') + ' must be array')
    data_is_list = isinstance(data, (list, tuple))
    if data_is_list:
        data_len = len(data)
        for data_x, data_item in enumerate(data):
            if not isinstance(data_item, dict):
                raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must be object')
            data_item_is_dict = isinstance(data_item, dict)
            if data_item_is_dict:
                data_item__missing_keys = set(['name', 'license']) - data_item.keys()
                if data_item__missing_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must contain ' + (str(sorted(data_item__missing_keys)) + ' properties'))
                data_item_keys = set(data_item.keys())
                if 'name' in data_item_keys:
                    data_item_keys.remove('name')
                    data_item__name = data_item['name']
                    if not isinstance(data_item__name, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}].name'.format(**locals()) + ' must be string')
                if 'license' in data_item_keys:
                    data_item_keys.remove('license')
                    data_item__license = data_item['license']
                    if not isinstance(data_item__license, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}].license'.format(**locals()) + ' must be string')
                if 'reference' in data_item_keys:
                    data_item_keys.remove('reference')
                    data_item__reference = data_item['reference']
                    if not isinstance(data_item__reference, str):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}].reference'.format(**locals()) + ' must be string')
                if 'hours' in data_item_keys:
                    data_item_keys.remove('hours')
                    data_item__hours = data_item['hours']
                    if not isinstance(data_item__hours, (int, float, Decimal)) or isinstance(data_item__hours, bool):
                        raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}].hours'.format(**locals()) + ' must be number')
                    if isinstance(data_item__hours, (int, float, Decimal)) and (not isinstance(data_item__hours, bool)):
                        if data_item__hours < 0:
                            raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}].hours'.format(**locals()) + ' must be bigger than or equal to 0')
                if data_item_keys:
                    raise JsonSchemaValueException('' + (name_prefix or 'data') + '[{data_x}]'.format(**locals()) + ' must not contain ' + str(data_item_keys) + ' properties')
    return data
