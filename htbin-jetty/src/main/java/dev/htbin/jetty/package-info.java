/** The default engine: the exchange over Jetty. */
package dev.htbin.jetty;
