/** What a server tells of itself at an address of its own. */
package dev.htbin.admin;
