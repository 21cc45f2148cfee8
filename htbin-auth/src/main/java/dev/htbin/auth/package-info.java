/** Who may make requests: {@link dev.htbin.auth.BasicAuthentication} asks for users, {@link dev.htbin.auth.ProxyUser} believes a proxy. */
package dev.htbin.auth;
