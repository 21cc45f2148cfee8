/** The whole product from outside, and its rules: end to end, architecture, documents. */
@NullMarked
package dev.htbin.it;

import org.jspecify.annotations.NullMarked;
