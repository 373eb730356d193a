/** What is right about a file: taken as a whole, taken as cut short or refused, or refused. */
export type Expected = 'taken' | 'cut' | 'refused';

/** One file of the corpus. */
export interface Recipe {
  readonly name: string;
  /** A program that the command needs. */
  readonly needs: string;
  /** Run by a shell in the folder of the corpus, where `ten.wav` (10 s) and `song.wav` (61 s) are. */
  readonly command: string;
  readonly expected: Expected;
}

const quiet = 'ffmpeg -v error -nostdin -y -fflags +genpts';
const picture = '-f lavfi -i color=s=64x64:r=5:d=';

/** Options of ffmpeg for one output, by extension and what makes it different. */
const encodings: Readonly<Record<string, readonly string[]>> = {
  mp3: [
    '-b:a 128k',
    '-b:a 32k -ac 1 -ar 22050',
    '-b:a 320k -ar 48000',
    '-q:a 0',
    '-q:a 9',
    '-abr 1 -b:a 160k',
    '-b:a 128k -write_xing 0',
    '-q:a 4 -write_xing 0',
    '-b:a 64k -write_id3v1 1',
    '-b:a 24k -ar 8000 -ac 1',
    '-b:a 128k -id3v2_version 0 -write_apetag 1',
  ],
  mp2: ['-b:a 192k -ar 44100 -ac 2', '-b:a 64k -ac 1 -ar 24000'],
  aac: ['-b:a 128k', '-b:a 48k -ac 1 -ar 22050', '-b:a 24k -ar 8000 -ac 1'],
  m4a: [
    '-b:a 128k',
    '-b:a 32k -ac 1 -ar 8000',
    '-movflags +faststart',
    '-c:a alac',
    '-c:a alac -movflags +faststart',
    '-c:a libopus -f mp4 -strict -2',
    '-c:a flac -f mp4 -strict -2',
    '-c:a libmp3lame -f mp4',
    '-c:a ac3 -f mp4',
    '-movflags frag_keyframe+empty_moov -frag_duration 1000000 -f mp4',
    '-movflags frag_keyframe -frag_duration 2000000 -f mp4',
    '-movflags frag_every_frame+empty_moov+default_base_moof -f mp4',
    '-movflags dash+frag_keyframe -frag_duration 500000 -f mp4',
    '-movflags dash+global_sidx+frag_keyframe -frag_duration 1000000 -f mp4',
    '-movflags cmaf+frag_keyframe -frag_duration 1000000 -f mp4',
    '-movflags frag_keyframe+empty_moov+skip_trailer -frag_duration 1000000 -f mp4',
    '-movflags isml+frag_keyframe -frag_duration 1000000 -f ismv',
    '-use_editlist 0',
    '-movflags +faststart -metadata title=x -metadata comment=y',
  ],
  mov: [
    '-c:a aac',
    '-c:a pcm_s16le',
    '-c:a pcm_s16be',
    '-c:a pcm_s24le',
    '-c:a pcm_f32le',
    '-c:a adpcm_ima_qt',
    '-c:a alac',
    '-c:a libmp3lame',
    '-c:a pcm_mulaw',
    '-c:a aac -movflags +faststart',
    '-c:a aac -movflags frag_keyframe+empty_moov -frag_duration 1000000',
  ],
  '3gp': ['-ar 16000 -c:a aac -b:a 32k', '-ar 8000 -ac 1 -c:a aac -b:a 16k'],
  '3g2': ['-ar 16000 -c:a aac -b:a 32k'],
  m4b: ['-b:a 64k -f ipod'],
  f4v: ['-b:a 96k -f f4v'],
  wav: [
    '',
    '-c:a pcm_u8',
    '-c:a pcm_s24le',
    '-c:a pcm_s32le',
    '-c:a pcm_f32le',
    '-c:a pcm_f64le',
    '-c:a pcm_alaw',
    '-c:a pcm_mulaw',
    '-c:a adpcm_ms',
    '-c:a adpcm_ima_wav',
    '-c:a libmp3lame -b:a 128k',
    '-c:a libmp3lame -q:a 6',
    '-c:a mp2 -b:a 128k',
    '-c:a ac3 -b:a 192k',
    '-c:a wmav2 -b:a 96k',
    '-rf64 always',
    '-write_bext 1 -metadata description=x',
    '-ac 6 -ar 48000',
  ],
  flac: ['', '-sample_fmt s32 -ar 96000', '-compression_level 0 -ac 1', '-compression_level 12 -ar 8000'],
  ogg: [
    '-c:a libvorbis -q:a 3',
    '-c:a libvorbis -q:a 0 -ac 1 -ar 11025',
    '-c:a libopus -b:a 64k',
    '-c:a flac',
    '-c:a libspeex -ar 16000 -ac 1',
    '-c:a libvorbis -page_duration 100000',
  ],
  opus: ['-b:a 96k', '-b:a 16k -ac 1', '-b:a 24k -frame_duration 60'],
  oga: ['-c:a libvorbis', '-c:a flac'],
  spx: ['-c:a libspeex -ar 8000 -ac 1 -f ogg'],
  webm: [
    '-c:a libopus -b:a 64k',
    '-c:a libvorbis',
    '-c:a libopus -b:a 24k -live 1',
    '-c:a libopus -dash 1',
    '-c:a libopus -cluster_time_limit 500',
    '-c:a libopus -b:a 128k -live 1 -cluster_time_limit 30000',
  ],
  mka: [
    '-c:a flac',
    '-c:a aac',
    '-c:a libmp3lame',
    '-c:a pcm_s16le',
    '-c:a pcm_s24le -ar 96000',
    '-c:a libopus',
    '-c:a libvorbis',
    '-c:a ac3',
    '-c:a alac',
    '-c:a flac -f matroska -live 1',
    '-c:a mp2',
    '-c:a wavpack',
  ],
  aiff: [
    '',
    '-c:a pcm_s24be',
    '-c:a pcm_s16le',
    '-c:a pcm_f32be',
    '-c:a pcm_alaw',
    '-c:a pcm_mulaw',
    '-c:a adpcm_ima_qt',
    '-c:a pcm_u8 -ac 1',
    '-write_id3v2 1 -metadata title=x',
  ],
  wma: ['-c:a wmav2 -b:a 128k', '-c:a wmav1 -b:a 64k', '-c:a wmav2 -b:a 32k -ac 1 -ar 22050'],
  wv: ['', '-ac 1 -ar 22050', '-sample_fmt s32p', '-ar 96000', '-ar 37800'],
};

/** The same for what is not measured. */
const otherEncodings: Readonly<Record<string, readonly string[]>> = {
  w64: ['', '-c:a pcm_u8'],
  caf: ['', '-c:a alac', '-c:a adpcm_ima_qt'],
  au: ['', '-c:a pcm_mulaw'],
  tta: [''],
  ac3: ['-b:a 192k'],
  eac3: ['-b:a 192k'],
  dts: ['-c:a dca -strict -2'],
  voc: ['-c:a pcm_u8 -ac 1'],
  avi: ['-c:a libmp3lame'],
  flv: ['-c:a libmp3lame -ar 44100'],
  ts: ['-c:a aac', '-c:a mp2'],
  mpg: ['-c:a mp2'],
  rm: ['-c:a ac3'],
  latm: ['-c:a aac'],
  sox: ['-c:a pcm_s32le'],
};

/** Videos: what the picture and the sound are, and how long each is. */
const videos: readonly (readonly [string, string, number, number])[] = [
  ['mp4', '-c:v libx264 -c:a aac', 10, 10],
  ['mp4', '-c:v libx264 -c:a aac -movflags +faststart', 60, 10],
  ['mp4', '-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov -g 5', 10, 10],
  ['mp4', '-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov -g 5', 60, 10],
  ['mov', '-c:v mjpeg -c:a pcm_s16le', 10, 10],
  ['mov', '-c:v libx264 -c:a aac', 30, 10],
  ['mkv', '-c:v libx264 -c:a aac', 10, 10],
  ['mkv', '-c:v libx264 -c:a aac', 60, 10],
  ['mkv', '-c:v libx264 -c:a flac -f matroska -live 1', 10, 10],
  ['mkv', '-c:v libx264 -c:a libvorbis -f matroska -live 1', 60, 10],
  ['mkv', '-c:v rawvideo -c:a aac -s 320x240', 60, 10],
  ['mkv', '-c:v rawvideo -c:a libopus -s 640x480 -f matroska -live 1', 12, 12],
  ['mkv', '-c:v rawvideo -c:a aac -s 640x480', 12, 12],
  ['webm', '-c:v libvpx -c:a libopus', 10, 10],
  ['webm', '-c:v libvpx -c:a libvorbis -live 1', 10, 10],
  ['webm', '-c:v libvpx -c:a libvorbis', 60, 10],
  ['ogv', '-c:v libtheora -c:a libvorbis', 10, 10],
  ['3gp', '-c:v h263 -s 176x144 -c:a aac -ar 16000', 10, 10],
  ['wmv', '-c:v wmv2 -c:a wmav2 -f asf', 10, 10],
];

/** Programs other than ffmpeg, with what they write. */
const programs: readonly (readonly [string, string, string, Expected?])[] = [
  ['lame-cbr.mp3', 'lame', 'lame --quiet -b 128 song.wav $OUT'],
  ['lame-vbr.mp3', 'lame', 'lame --quiet -V2 song.wav $OUT'],
  ['lame-abr.mp3', 'lame', 'lame --quiet --abr 120 song.wav $OUT'],
  ['lame-vbr-no-header.mp3', 'lame', 'lame --quiet -t -V2 song.wav $OUT'],
  [
    'lame-quiet-beginning-no-header.mp3',
    'lame',
    'sox -n -r 44100 -c 2 s.wav trim 0 200 && sox s.wav stereo30.wav -t wav - | lame --quiet -t -V0 - $OUT',
  ],
  [
    'lame-quiet-end-no-header.mp3',
    'lame',
    'sox -n -r 44100 -c 2 s.wav trim 0 200 && sox stereo30.wav s.wav -t wav - | lame --quiet -t -V0 - $OUT',
  ],
  [
    'lame-zeros-in-front.mp3',
    'lame',
    'lame --quiet -b 128 song.wav z.mp3 && { head -c 100000 /dev/zero; cat z.mp3; } > $OUT',
  ],
  [
    'lame-junk-in-front.mp3',
    'lame',
    'lame --quiet -V5 song.wav z.mp3 && { head -c 40000 ten.wav | tail -c 30000; cat z.mp3; } > $OUT',
  ],
  ['lame-mono-lowest.mp3', 'lame', 'lame --quiet -b 8 --resample 8 ten.wav $OUT'],
  ['twolame.mp2', 'twolame', 'twolame --quiet ten.wav $OUT'],
  ['sox.wav', 'sox', 'sox ten.wav $OUT'],
  ['sox-pipe.wav', 'sox', 'sox ten.wav -t wav - | cat > $OUT'],
  ['sox-pipe-24.wav', 'sox', 'sox ten.wav -b 24 -t wav - | cat > $OUT'],
  ['sox-extensible.wav', 'sox', 'sox ten.wav -b 24 -r 96000 $OUT'],
  ['sox-gsm.wav', 'sox', 'sox ten.wav -r 8000 -e gsm-full-rate $OUT'],
  ['sox-ima.wav', 'sox', 'sox ten.wav -e ima-adpcm $OUT'],
  ['sox.aiff', 'sox', 'sox ten.wav $OUT'],
  ['sox-pipe.aiff', 'sox', 'sox ten.wav -t aiff - | cat > $OUT'],
  ['sox.aifc', 'sox', 'sox ten.wav $OUT'],
  ['sox.flac', 'sox', 'sox ten.wav $OUT'],
  ['sox.ogg', 'sox', 'sox ten.wav $OUT'],
  ['sox.mp3', 'sox', 'sox ten.wav $OUT'],
  ['sox.gsm', 'sox', 'sox ten.wav -r 8000 $OUT', 'refused'],
  ['sox.sph', 'sox', 'sox ten.wav $OUT', 'refused'],
  ['sox.au', 'sox', 'sox ten.wav $OUT', 'refused'],
  ['sox-big-endian.wav', 'sox', 'sox ten.wav -B $OUT', 'refused'],
  ['sox.8svx', 'sox', 'sox ten.wav $OUT', 'refused'],
  ['sox.w64', 'sox', 'sox ten.wav $OUT', 'refused'],
  ['flac.flac', 'flac', 'flac -s -f ten.wav -o $OUT'],
  [
    'flac-pipe.flac',
    'flac',
    'sox ten.wav -t raw - | flac -s --endian=little --sign=signed --channels=1 --bps=16 --sample-rate=22050 - -c | cat > $OUT',
  ],
  ['flac-picture.flac', 'flac', 'flac -s -f song.wav -o $OUT && head -c 600000 song.wav > x.png; true'],
  ['flac-ogg.oga', 'flac', 'flac -s -f --ogg ten.wav -o $OUT'],
  ['oggenc.ogg', 'oggenc', 'oggenc -Q song.wav -o $OUT'],
  ['oggenc-low.ogg', 'oggenc', 'oggenc -Q -q -1 ten.wav -o $OUT'],
  ['opusenc.opus', 'opusenc', 'opusenc --quiet song.wav $OUT'],
  ['opusenc-speech.opus', 'opusenc', 'opusenc --quiet --speech --bitrate 8 ten.wav $OUT'],
  ['wavpack.wv', 'wavpack', 'wavpack -q -y song.wav -o $OUT'],
  ['wavpack-hybrid.wv', 'wavpack', 'wavpack -q -y -b128 song.wav -o $OUT'],
  ['wavpack-fast.wv', 'wavpack', 'wavpack -q -y -f ten.wav -o $OUT'],
  ['wavpack-pipe.wv', 'wavpack', 'wavpack -q -y - -o - < ten.wav | cat > $OUT'],
  ['mpcenc.mpc', 'mpcenc', 'mpcenc --silent --overwrite cd.wav $OUT'],
  ['mpcenc-low.mpc', 'mpcenc', 'mpcenc --silent --overwrite --quality 2 cd.wav $OUT'],
  ['speexenc.spx', 'speexenc', 'speexenc ten16.wav $OUT'],
  ['gstreamer-mp4mux.m4a', 'gst-launch-1.0', gstreamer('voaacenc bitrate=48000 ! mp4mux')],
  ['gstreamer-qtmux.mov', 'gst-launch-1.0', gstreamer('voaacenc ! qtmux')],
  ['gstreamer-qtmux-pcm.mov', 'gst-launch-1.0', gstreamer('qtmux')],
  ['gstreamer-3gppmux.3gp', 'gst-launch-1.0', gstreamer('voaacenc ! 3gppmux')],
  ['gstreamer-fragments.mp4', 'gst-launch-1.0', gstreamer('voaacenc ! mp4mux fragment-duration=1000')],
  [
    'gstreamer-dash.mp4',
    'gst-launch-1.0',
    gstreamer('voaacenc ! mp4mux fragment-duration=500 streamable=true'),
  ],
  ['gstreamer-matroska.mka', 'gst-launch-1.0', gstreamer('vorbisenc ! matroskamux')],
  ['gstreamer-streamable.mka', 'gst-launch-1.0', gstreamer('vorbisenc ! matroskamux streamable=true')],
  ['gstreamer-webm.webm', 'gst-launch-1.0', gstreamer('opusenc ! webmmux')],
  ['gstreamer-webm-live.webm', 'gst-launch-1.0', gstreamer('opusenc ! webmmux streamable=true')],
  ['gstreamer-ogg.ogg', 'gst-launch-1.0', gstreamer('vorbisenc ! oggmux')],
  ['gstreamer-opus.opus', 'gst-launch-1.0', gstreamer('opusenc ! oggmux')],
  ['gstreamer-flac.flac', 'gst-launch-1.0', gstreamer('flacenc')],
  ['gstreamer-wav.wav', 'gst-launch-1.0', gstreamer('wavenc')],
  ['gstreamer-aiff.aiff', 'gst-launch-1.0', gstreamer('aiffmux')],
  ['gstreamer-adts.aac', 'gst-launch-1.0', gstreamer('voaacenc ! aacparse ! audio/mpeg,stream-format=adts')],
  ['mkvmerge.mka', 'mkvmerge', 'mkvmerge -q -o $OUT cd.wav'],
  ['mkvmerge-flac.mka', 'mkvmerge', 'flac -s -f song.wav -o z.flac && mkvmerge -q -o $OUT z.flac'],
  ['mkvmerge-webm.webm', 'mkvmerge', 'opusenc --quiet song.wav z.opus && mkvmerge -q --webm -o $OUT z.opus'],
  [
    'mkvmerge-laced.mka',
    'mkvmerge',
    'lame --quiet -V5 song.wav z.mp3 && mkvmerge -q --engage lacing_xiph -o $OUT z.mp3',
  ],
];

function gstreamer(elements: string): string {
  return `gst-launch-1.0 -q filesrc location=ten.wav ! wavparse ! audioconvert ! audioresample ! ${elements} ! filesink location=$OUT`;
}

/** Files that hold no sound, by what is in them. */
const soundless: readonly (readonly [string, string])[] = [
  ['picture-alone.mp4', `${quiet} ${picture}10 -c:v libx264 $OUT`],
  ['picture-alone.mkv', `${quiet} ${picture}10 -c:v libx264 $OUT`],
  ['picture-alone.webm', `${quiet} ${picture}10 -c:v libvpx $OUT`],
  ['picture-alone.ogv', `${quiet} ${picture}10 -c:v libtheora $OUT`],
  ['picture-alone.wmv', `${quiet} ${picture}10 -c:v wmv2 -f asf $OUT`],
  ['photo.jpg', `${quiet} ${picture}1 -frames:v 1 $OUT`],
  ['photo.png', `${quiet} ${picture}1 -frames:v 1 $OUT`],
  ['photo.gif', `${quiet} ${picture}1 -frames:v 1 $OUT`],
  ['photo.webp', `${quiet} ${picture}1 -frames:v 1 $OUT`],
  ['text.mp3', 'yes "This is no song." | head -c 300000 > $OUT'],
  ['zeros.mp3', 'head -c 3000000 /dev/zero > $OUT'],
  ['noise.wav', 'head -c 3000000 /dev/urandom > $OUT'],
  ['empty.flac', ': > $OUT'],
  ['program.mp3', 'cp /bin/ls $OUT'],
  ['archive.m4a', 'tar -czf $OUT ten.wav'],
  ['header-alone.wav', 'head -c 44 ten.wav > $OUT'],
];

/** A sample of the files above, changed: cut at a share of it, its second half zeros, or something behind it. */
const victims = [
  'lame-cbr.mp3 lame-vbr.mp3 sox.wav sox-pipe.wav sox.aiff flac.flac oggenc.ogg opusenc.opus wavpack.wv mpcenc.mpc',
  'gstreamer-mp4mux.m4a gstreamer-qtmux.mov gstreamer-fragments.mp4 gstreamer-matroska.mka gstreamer-webm.webm',
  'm4a-2.m4a m4a-4.m4a m4a-9.m4a m4a-13.m4a mov-9.mov webm-0.webm mka-0.mka wma-0.wma ogg-0.ogg wv-0.wv opus-0.opus aiff-0.aiff',
].flatMap((names) => names.split(' '));
function ofEncodings(table: typeof encodings, expected: Expected, source: string, prefix = ''): Recipe[] {
  return Object.entries(table).flatMap(([extension, list]) =>
    list.map((options, index) => ({
      name: `${prefix}${extension}-${index}.${extension}`,
      needs: 'ffmpeg',
      command: `${quiet} -i ${source} ${options} $OUT`,
      expected,
    })),
  );
}

/** All files, the whole ones before those that are made of them. */
export const recipes: readonly Recipe[] = [
  ...ofEncodings(encodings, 'taken', 'ten.wav'),
  ...ofEncodings(
    { ...encodings, wav: [''], aiff: [''], mka: encodings.mka?.slice(0, 3) ?? [] },
    'taken',
    'song.wav',
    'long-',
  ).filter((_, index) => index % 3 === 0),
  ...ofEncodings(otherEncodings, 'refused', 'ten.wav'),
  ...videos.map(
    ([extension, options, pictureSeconds, soundSeconds], index): Recipe => ({
      name: `video-${index}.${extension}`,
      needs: 'ffmpeg',
      command: `${quiet} ${picture}${pictureSeconds} -i song.wav -map 0:v -map 1:a -af atrim=0:${soundSeconds} ${options} $OUT`,
      expected: 'taken',
    }),
  ),
  ...programs.map(([name, needs, command, expected = 'taken']) => ({ name, needs, command, expected })),
  ...soundless.map(([name, command]): Recipe => ({ name, needs: 'ffmpeg', command, expected: 'refused' })),
  ...victims.flatMap((victim): Recipe[] => {
    const size = `$(stat -c %s ${victim})`;
    const made = (what: string, command: string, expected: Expected): Recipe => ({
      name: `${what}-${victim}`,
      needs: 'ffmpeg',
      command,
      expected,
    });
    return [
      made('cut', `head -c $((${size} * 85 / 100)) ${victim} > $OUT`, 'cut'),
      // Zeros are silence in plain sound.
      ...(/\.(wav|aiff)$/.test(victim)
        ? []
        : [
            made(
              'zeros',
              `{ head -c $((${size} / 2)) ${victim}; head -c $((${size} / 2)) /dev/zero; } > $OUT`,
              'cut',
            ),
          ]),
      made('id3v1-behind', `{ cat ${victim}; printf TAG; head -c 125 /dev/zero; } > $OUT`, 'taken'),
    ];
  }),
];
