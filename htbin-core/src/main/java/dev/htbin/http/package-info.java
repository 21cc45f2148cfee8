/**
 * The values of an HTTP exchange and the port through which an engine hands one over.
 *
 * <p>Strings that hold what came from or goes to the wire are <em>octet strings</em> (see {@link dev.htbin.http.Octets}): each char is one octet, 0 to
 * 255. This package depends on nothing but the JDK.
 */
package dev.htbin.http;
