/** CGI/1.1: from a request to a script that runs, and from its output to a response (RFC 3875). */
package dev.htbin.cgi;
