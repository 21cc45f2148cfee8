/** Certificates and keys: what is configured of TLS, and how its files are read. */
package dev.htbin.jetty.tls;
