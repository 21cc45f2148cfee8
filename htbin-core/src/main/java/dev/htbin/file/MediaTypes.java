package dev.htbin.file;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Media types by the ending of a file's name: those of Python's {@code mimetypes} and {@code SimpleHTTPRequestHandler}, with fonts, modern images and other
 * registered types that it lacks. What is compressed has the type of the compression.
 */
final class MediaTypes {
    private static final String TABLE = """
            application/atom+xml atom
            application/epub+zip epub
            application/geo+json geojson
            application/gpx+xml gpx
            application/gzip gz svgz tgz
            application/java-archive jar
            application/json json map
            application/ld+json jsonld
            application/manifest+json webmanifest
            application/msword doc wiz
            application/n-quads nq
            application/n-triples nt
            application/octet-stream Z a bin br dll exe iso o obj so
            application/oda oda
            application/pdf pdf
            application/pkcs7-mime p7c
            application/postscript ai eps ps
            application/rss+xml rss
            application/rtf rtf
            application/sql sql
            application/toml toml
            application/trig trig
            application/vnd.android.package-archive apk
            application/vnd.apple.mpegurl m3u m3u8
            application/vnd.debian.binary-package deb
            application/vnd.google-earth.kml+xml kml
            application/vnd.ms-excel xlb xls
            application/vnd.ms-powerpoint ppa pps ppt pwz
            application/vnd.oasis.opendocument.graphics odg
            application/vnd.oasis.opendocument.presentation odp
            application/vnd.oasis.opendocument.spreadsheet ods
            application/vnd.oasis.opendocument.text odt
            application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
            application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
            application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
            application/vnd.rar rar
            application/vnd.sqlite3 sqlite
            application/wasm wasm
            application/wsdl+xml wsdl
            application/x-7z-compressed 7z
            application/x-bcpio bcpio
            application/x-bzip2 bz2
            application/x-cpio cpio
            application/x-csh csh
            application/x-dvi dvi
            application/x-gtar gtar
            application/x-hdf hdf
            application/x-hdf5 h5
            application/x-latex latex
            application/x-mif mif
            application/x-netcdf cdf nc
            application/x-pkcs12 p12 pfx
            application/x-pn-realaudio ram
            application/x-python-code pyc pyo
            application/x-sh sh
            application/x-shar shar
            application/x-shockwave-flash swf
            application/x-sv4cpio sv4cpio
            application/x-sv4crc sv4crc
            application/x-tar tar
            application/x-tcl tcl
            application/x-tex tex
            application/x-texinfo texi texinfo
            application/x-troff roff tr
            application/x-troff-man man
            application/x-troff-ms ms
            application/x-ustar ustar
            application/x-wais-source src
            application/x-xz xz
            application/xhtml+xml xht xhtml
            application/xml rdf xpdl xsl
            application/yaml yaml yml
            application/zip zip
            application/zstd zst
            audio/3gpp 3gp 3gpp
            audio/3gpp2 3g2 3gpp2
            audio/aac aac adts
            audio/basic au snd
            audio/flac flac
            audio/midi mid midi
            audio/mp4 m4a
            audio/mpeg mp2 mp3
            audio/ogg oga ogg
            audio/opus opus
            audio/wav wav
            audio/webm weba
            audio/x-aiff aif aifc aiff
            audio/x-pn-realaudio ra
            font/collection ttc
            font/otf otf
            font/ttf ttf
            font/woff woff
            font/woff2 woff2
            image/avif avif
            image/bmp bmp
            image/gif gif
            image/heic heic
            image/heif heif
            image/ief ief
            image/jpeg jpe jpeg jpg
            image/jxl jxl
            image/png png
            image/svg+xml svg
            image/tiff tif tiff
            image/vnd.microsoft.icon ico
            image/webp webp
            image/x-cmu-raster ras
            image/x-portable-anymap pnm
            image/x-portable-bitmap pbm
            image/x-portable-graymap pgm
            image/x-portable-pixmap ppm
            image/x-rgb rgb
            image/x-xbitmap xbm
            image/x-xpixmap xpm
            image/x-xwindowdump xwd
            message/rfc822 eml mht mhtml nws
            model/gltf+json gltf
            model/gltf-binary glb
            model/stl stl
            text/calendar ics
            text/css css
            text/csv csv
            text/html htm html
            text/javascript js mjs
            text/markdown markdown md
            text/n3 n3
            text/plain bat c conf diff h ini java ksh log patch pl srt text txt
            text/richtext rtx
            text/tab-separated-values tsv
            text/vtt vtt
            text/x-python py
            text/x-rst rst
            text/x-setext etx
            text/x-sgml sgm sgml
            text/x-vcard vcf
            text/xml xml
            video/matroska mkv
            video/mp4 m4v mp4
            video/mpeg m1v mpa mpe mpeg mpg
            video/ogg ogv
            video/quicktime mov qt
            video/webm webm
            video/x-msvideo avi
            video/x-sgi-movie movie
            """;
    private static final Map<String, String> BY_EXTENSION = read();

    private MediaTypes() {}

    /** Returns the media type of a file; {@code application/octet-stream} when its ending tells nothing. */
    static String of(String fileName) {
        int dot = fileName.lastIndexOf('.');
        if (dot <= 0) {
            return "application/octet-stream";
        }
        String extension = fileName.substring(dot + 1);
        String type = BY_EXTENSION.get(extension);
        if (type == null) {
            type = BY_EXTENSION.get(extension.toLowerCase(Locale.ROOT));
        }
        return type == null ? "application/octet-stream" : type;
    }

    private static Map<String, String> read() {
        var types = new HashMap<String, String>();
        TABLE.lines().forEach(line -> {
            List<String> words = List.of(line.split(" ", -1));
            words.subList(1, words.size()).forEach(extension -> types.put(extension, words.getFirst()));
        });
        return Map.copyOf(types);
    }
}
