"""The contestants: each a server on a free port of 127.0.0.1 with a configuration in the work folder, ended by its process id."""

import contextlib
import glob
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, name, port, process):
        self.name, self.port, self.process = name, port, process
        self.tls = name.endswith(", TLS")
        self.first_response = None

    def url(self, path):
        return "%s://127.0.0.1:%d%s" % ("https" if self.tls else "http", self.port, path)

    def cpu_seconds(self):
        """User and system time of the server's processes, and of those that they waited for."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                total += sum(map(int, stat(pid)[11:15]))
        return total / TICKS

    def tree(self):
        children = {}
        for path in glob.glob("/proc/[0-9]*"):
            with contextlib.suppress(OSError):
                pid = int(path[6:])
                children.setdefault(int(stat(pid)[1]), []).append(pid)
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def peak_resident_kib(self):
        for line in Path("/proc/%d/status" % self.process.pid).read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1])

    def resident_kib(self):
        """The resident memory of all its processes; what they share is counted once for each."""
        return sum(
            int(line.split()[1])
            for pid in self.tree()
            for line in Path("/proc/%d/status" % pid).read_text().splitlines()
            if line.startswith("VmRSS"))

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), 10)
        if not self.tls:
            return plain
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        return anyone.wrap_socket(plain)

    def await_first_response(self, path, seconds=30):
        end = time.monotonic() + seconds
        request = ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % (path, self.port)).encode()
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), self.connect() as s:
                s.sendall(request)
                answer = b"".join(iter(lambda: s.recv(65536), b""))
                if answer.startswith(b"HTTP/1.") and b" 200 " in answer[:16]:
                    self.first_response = time.monotonic()
                    return
                raise SystemExit("%s answered %r" % (self.name, answer[:200]))
            time.sleep(0.002)
        raise SystemExit("%s did not start:\n%s" % (self.name, self.log.read_text()))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def stat(pid):
    """The fields of /proc/PID/stat from the third, the state, on."""
    return Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def running(work, root, names, cgi, java_options=""):
    """Starts those of the named servers that are installed; says which are not."""
    with contextlib.ExitStack() as stack:
        started = []
        for name in names:
            make = MAKERS[name]
            port = free_port()
            label, command = make(work, root, port, cgi)
            if command is None:
                print("(%s is not installed: left out)" % label)
                continue
            environment = dict(os.environ, JDK_JAVA_OPTIONS=java_options)
            log = work / (name + ".log")
            with open(log, "wb") as out:
                server = Server(label, port, subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out))
            stack.callback(server.stop)
            server.log = log
            server.await_first_response("/1k.txt")
            started.append(server)
        yield started


def htbin(work, root, port, cgi):
    return "htbin", [PROJECT / "htbin", "--quiet", "--directory", root, *(["--cgi"] if cgi else []), str(port)]


def warm_htbin(work, root, port, cgi):
    return "htbin --warm", [PROJECT / "htbin", "--quiet", "--directory", root, "--cgi", "--warm", str(port)]


def open_htbin(work, root, port, cgi):
    """Unconfined, but for the scripts' user."""
    return "htbin, open", [PROJECT / "htbin", "--quiet", "--directory", root, "--cgi", "--profile", "open", str(port)]


def strict_htbin(work, root, port, cgi):
    return "htbin, strict", [PROJECT / "htbin", "--quiet", "--directory", root, "--cgi", "--profile", "strict", str(port)]


def tls_htbin(work, root, port, cgi):
    return "htbin, TLS", [PROJECT / "htbin", "--quiet", "--directory", root, "--tls-cert", work / "cert.pem", "--tls-key", work / "key.pem", str(port)]


def python(work, root, port, cgi):
    """The last one that has --cgi is 3.14."""
    for name in ("/usr/bin/python3", *("python3.%d" % minor for minor in range(14, 8, -1)), "python3"):
        path = shutil.which(name)
        if path and b"--cgi" in subprocess.run([path, "-m", "http.server", "--help"], capture_output=True).stdout:
            return "python --cgi", [path, "-Wignore", "-m", "http.server", "--bind", "127.0.0.1", "--directory", root, *(["--cgi"] if cgi else []), str(port)]
    return "python --cgi", None


def lighttpd(work, root, port, cgi):
    text = """
server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
server.stream-response-body = 1
server.max-connections = 8192
server.max-fds = 16384
mimetype.assign = ( ".txt" => "text/plain" )
"""
    if os.geteuid() == 0:
        text += 'server.username = "nobody"\nserver.groupname = "nogroup"\n'
    if cgi:
        text += 'server.modules = ( "mod_cgi" )\n$HTTP["url"] =~ "^/cgi-bin/" {{ cgi.assign = ( "" => "" ) }}\n'
    return "lighttpd", configured("lighttpd", work, root, port, text, ["-D", "-f"])


def nginx(work, root, port, cgi):
    return "nginx", configured("nginx", work, root, port, nginx_text(""), ["-e", str(work / "nginx.error.log"), "-c"])


def tls_nginx(work, root, port, cgi):
    text = nginx_text(" ssl http2").replace("root {root};", "root {root}; ssl_certificate {work}/cert.pem; ssl_certificate_key {work}/key.pem;")
    return "nginx, TLS", configured("nginx", work, root, port, text, ["-e", str(work / "nginx.error.log"), "-c"])


def nginx_text(listen):
    return """
worker_processes 2;
daemon off;
pid {work}/nginx.pid;
error_log {work}/nginx.error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  types {{ text/plain txt; }}
  client_body_temp_path {work}/nginx.body;
  proxy_temp_path {work}/nginx.proxy;
  fastcgi_temp_path {work}/nginx.fastcgi;
  uwsgi_temp_path {work}/nginx.uwsgi;
  scgi_temp_path {work}/nginx.scgi;
  server {{ listen 127.0.0.1:{port}LISTEN; root {root}; }}
}}
""".replace("LISTEN", listen)


def apache(work, root, port, cgi):
    text = """
ServerRoot {work}
PidFile {work}/apache.pid
Listen 127.0.0.1:{port}
ServerName 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
ScriptSock {work}/apache.cgid
ErrorLog {work}/apache.error.log
TypesConfig /etc/mime.types
DocumentRoot {root}
MaxKeepAliveRequests 0
ScriptAlias /cgi-bin/ {root}/cgi-bin/
<Directory {root}>
  Require all granted
</Directory>
"""
    if os.geteuid() == 0:
        text = "User nobody\nGroup nogroup\n" + text
    return "apache mod_cgid", configured("apache2", work, root, port, text, ["-DFOREGROUND", "-f"])


def configured(program, work, root, port, text, arguments):
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        return None
    conf = work / (program + ".conf")
    conf.write_text(text.format(work=work, root=root, port=port))
    return [path, *arguments, str(conf)]


MAKERS = {
    "htbin": htbin, "htbin-open": open_htbin, "htbin-strict": strict_htbin, "htbin-warm": warm_htbin, "htbin-tls": tls_htbin,
    "lighttpd": lighttpd, "apache": apache, "nginx": nginx, "nginx-tls": tls_nginx, "python": python}
