-- Load of X2: each request carries the next token of the file that the script's argument names, one token a line.
-- The requests are written once, before the load begins: what is left to do for each costs wrk next to nothing.
local requests = {}
local last = 0

function init(args)
  for token in io.lines(args[1]) do
    local headers = { Authorization = "Bearer " .. token }
    for name, value in pairs(wrk.headers) do headers[name] = value end
    requests[#requests + 1] = wrk.format(nil, nil, headers)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
