#!/usr/bin/ruby
