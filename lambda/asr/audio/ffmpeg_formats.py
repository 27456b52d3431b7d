"""Containers and codecs that FFmpeg may read, and those that it may not, each with the reason.

FFmpeg supports some 370 formats, among them playlists that open other files, images and text. None
of those allowed opens another file, and no video or image is decoded.
"""

DEMUXERS = frozenset(
    "aac ac3 act aiff amr amrnb amrwb ape asf au avi caf dss dts dtshd eac3 flac flv g729 iff "
    "ircam loas matroska mlp mov mp3 mpc mpc8 mpeg mpegts mxf nistsphere nut ogg oma paf pvf qcp "
    "rm shn sox tak truehd tta voc w64 wav wtv wv xwma".split()
)
CODECS = frozenset(
    "8svx_exp 8svx_fib aac aac_latm ac3 adpcm_ct adpcm_g722 adpcm_g726 adpcm_g726le adpcm_ima_qt "
    "adpcm_ima_wav adpcm_ima_oki adpcm_ms adpcm_sbpro_2 adpcm_sbpro_3 adpcm_sbpro_4 adpcm_swf "
    "adpcm_yamaha alac als amrnb amrwb ape atrac1 atrac3 atrac3al atrac3plus atrac3plusal "
    "comfortnoise cook dca dss_sp dvaudio eac3 evrc flac g722 g723_1 g726 g726le g728 g729 gsm "
    "gsm_ms ilbc libopencore_amrnb libopencore_amrwb libopus libvorbis mace3 mace6 metasound mlp "
    "mp1 mp1float mp2 mp2float mp3 mp3adu mp3adufloat mp3float mp3on4 mp3on4float mpc7 mpc8 "
    "nellymoser opus pcm_alaw pcm_bluray pcm_dvd pcm_f16le pcm_f24le pcm_f32be pcm_f32le "
    "pcm_f64be pcm_f64le pcm_lxf pcm_mulaw pcm_s16be pcm_s16be_planar pcm_s16le pcm_s16le_planar "
    "pcm_s24be pcm_s24daud pcm_s24le pcm_s24le_planar pcm_s32be pcm_s32le pcm_s32le_planar "
    "pcm_s64be pcm_s64le pcm_s8 pcm_s8_planar pcm_sga pcm_u16be pcm_u16le pcm_u24be pcm_u24le "
    "pcm_u32be pcm_u32le pcm_u8 pcm_vidc qcelp qdm2 qdmc ralf real_144 real_288 s302m shorten "
    "sipr speex tak truehd truespeech tta twinvq vorbis wavpack wmalossless wmapro wmav1 wmav2 "
    "wmavoice".split()
)

# The other audio decoders of FFmpeg 8, by the reason for refusing them.
REFUSED_CODECS = {
    "sound of video games and consoles; its decoders are rarely used and little tested": (
        "adpcm_4xm adpcm_adx adpcm_afc adpcm_agm adpcm_aica adpcm_argo adpcm_dtk adpcm_ea "
        "adpcm_ea_maxis_xa adpcm_ea_r1 adpcm_ea_r2 adpcm_ea_r3 adpcm_ea_xas adpcm_ima_acorn "
        "adpcm_ima_alp adpcm_ima_amv adpcm_ima_apc adpcm_ima_apm adpcm_ima_cunning adpcm_ima_dat4 "
        "adpcm_ima_dk3 adpcm_ima_dk4 adpcm_ima_ea_eacs adpcm_ima_ea_sead adpcm_ima_iss "
        "adpcm_ima_moflex adpcm_ima_mtf adpcm_ima_rad adpcm_ima_smjpeg adpcm_ima_ssi adpcm_ima_ws "
        "adpcm_ima_xbox adpcm_mtaf adpcm_psx adpcm_sanyo adpcm_thp adpcm_thp_le adpcm_vima "
        "adpcm_xa adpcm_xmd adpcm_zork acelp.kelvin atrac9 binkaudio_dct binkaudio_rdft bmv_audio "
        "cbd2_dpcm derf_dpcm dsicinaudio fastaudio ftr gremlin_dpcm hca hcom interplay_dpcm "
        "interplayacm misc4 paf_audio roq_dpcm sdx2_dpcm siren msnsiren smackaud sol_dpcm "
        "vmdaudio wady_dpcm ws_snd1 xan_dpcm xma1 xma2"
    ),
    "archives of music that no recorder writes; their decoders are rarely used": (
        "apac bonk dfpwm iac imc on2avc osq qoa rka wavarc"
    ),
    "streams of one bit at a sample rate above 192,000 Hz": (
        "dsd_lsbf dsd_lsbf_planar dsd_msbf dsd_msbf_planar dst"
    ),
    "links between devices, which are not stored in files": "aptx aptx_hd dolby_e sbc",
    "fixed-point duplicates of decoders in the list": "aac_fixed ac3_fixed",
    "no sound: test sources and placeholders": "anull wavesynth",
}


def is_allowed_codec(name: str) -> bool:
    """Whether FFmpeg's decoder of this name may be used."""
    return name in CODECS


OPTIONS = {
    "format_whitelist": ",".join(sorted(DEMUXERS)),
    "codec_whitelist": ",".join(sorted(CODECS)),
    "max_samples": str(2**18),  # per packet: an ALAC header of a few bytes can declare 2**24
}
