/** JSON texts, as far as htbin writes and reads them. */
package dev.htbin.json;
