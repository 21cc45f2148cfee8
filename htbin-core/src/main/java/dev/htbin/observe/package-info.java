/** What a server tells of the requests that it has answered: records, their forms in an access log, and the handler that makes them. */
package dev.htbin.observe;
